package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The commands that begin with "template" and "plan": what tenants can be made from. */
final class Offers {

    private Offers() {}

    static int templates(Call call) {
        switch (call.verb()) {
            case "build" -> {
                ObjectNode wish = Api.object();
                if (call.line().argument(0) != null)
                    wish.put("suite", call.line().argument(0));
                JsonNode done = call.change("POST", "/templates", wish);
                return call.goesOn(done)
                        ? 0
                        : call.say(done, done.path("message").asText());
            }
            case "remove" -> {
                call.api().send("DELETE", "/templates/" + call.part(0), null);
                return call.say(null, "The template is removed.");
            }
            default -> {
                JsonNode templates = call.api().get("/templates");
                Table table = new Table("TEMPLATE", ">SIZE", ">PACKAGES", "BUILT", "RECIPE");
                for (JsonNode template : templates)
                    table.row(
                            Values.text(template, "suite"),
                            Values.bytes(template.path("bytes").asLong()),
                            template.path("packages").asText(),
                            Values.time(template.path("builtAt")),
                            template.path("current").asBoolean() ? "current" : "earlier");
                return call.print(templates, table, "There is no template yet: cloister template build");
            }
        }
    }

    static int plans(Call call) {
        if (call.verb().equals("show")) {
            JsonNode plan = call.api().get("/plans/" + call.part(0));
            Table table = new Table("PLAN", Values.text(plan, "name"));
            table.row("summary", Values.text(plan, "summary"));
            table.row("profile", Values.text(plan, "profile"));
            table.row("recording", plan.path("recording").asBoolean() ? "yes" : "no");
            table.row("failed audit", Values.text(plan, "onFailedAudit"));
            Values.limits(table, plan);
            return call.print(plan, table, "");
        }
        JsonNode plans = call.api().get("/plans");
        Table table = new Table("PLAN", ">CPU", ">MEMORY", ">DISK", ">PROCESSES", "SUMMARY");
        for (JsonNode plan : plans)
            table.row(
                    Values.text(plan, "name"),
                    plan.path("cpuPercent").asText() + " %",
                    Values.bytes(plan.path("memoryBytes").asLong()),
                    Values.bytes(plan.path("diskBytes").asLong()),
                    plan.path("pids").asText(),
                    Values.text(plan, "summary"));
        return call.print(plans, table, "There is no plan.");
    }
}
