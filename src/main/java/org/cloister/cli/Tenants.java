package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;

/** The commands that begin with "tenant". */
final class Tenants {

    private Tenants() {}

    static int run(Call call) throws IOException {
        return switch (call.verb()) {
            case "create" -> create(call);
            case "list" -> list(call);
            case "show" -> show(call, call.api().get(path(call)));
            case "set" -> set(call);
            case "admins" -> admins(call);
            case "delete" -> delete(call);
            default -> act(call);
        };
    }

    private static String path(Call call) {
        return "/tenants/" + call.part(0);
    }

    private static int create(Call call) throws IOException {
        Line line = call.line();
        if (line.has("--from")) return createAll(call);
        if (line.arguments().isEmpty())
            throw new UsageException("NAME is missing: " + line.command().synopsis());
        if (!line.has("--plan"))
            throw new UsageException("--plan PLAN is missing: " + line.command().synopsis());
        ObjectNode wish = Api.object();
        wish.put("name", line.argument(0));
        wish.put("plan", line.value("--plan"));
        if (line.has("--template")) wish.put("template", line.value("--template"));
        if (line.has("--key")) wish.set("sshKeys", Keys.read(line.values("--key")));
        wish.put("start", !line.has("--no-start"));
        return changed(call, call.change("POST", "/tenants", wish));
    }

    /** Prints each tenant and the link of whoever is invited, which is not to be had again. */
    private static int createAll(Call call) throws IOException {
        Line line = call.line();
        if (!line.arguments().isEmpty()
                || line.has("--plan")
                || line.has("--template")
                || line.has("--key")
                || line.has("--no-start"))
            throw new UsageException("With --from all that tenants are made of stands in the file.");
        ObjectNode wish = Api.object();
        wish.put("csv", Keys.read(List.of(line.value("--from"))).get(0).asText());
        JsonNode made = call.api().send("POST", "/tenants/batch", wish);
        Table table = new Table("NAME", "OPERATION", "LINK FOR ITS OWNER");
        for (JsonNode one : made)
            table.row(Values.text(one, "name"), Values.text(one, "operation"), Values.text(one, "invitation"));
        call.print(made, table, "");
        if (!line.has("--no-wait"))
            for (JsonNode one : made)
                new Progress(call.api(), call.err(), call.terminal().err())
                        .await(call.api().get("/operations/" + Values.text(one, "operation")));
        return 0;
    }

    private static int set(Call call) {
        Line line = call.line();
        ObjectNode wish = Api.object();
        if (line.has("--plan")) wish.put("plan", line.value("--plan"));
        for (String limit : line.arguments().subList(1, line.arguments().size())) {
            int equals = limit.indexOf('=');
            if (equals < 1) throw new UsageException("\"" + limit + "\" is no limit such as memoryBytes=1G.");
            String name = limit.substring(0, equals);
            wish.withObjectProperty("limits").put(name, Values.typed(name, limit.substring(equals + 1)));
        }
        if (wish.isEmpty())
            throw new UsageException("What is to change? " + line.command().synopsis());
        return changed(call, call.change("PATCH", path(call), wish));
    }

    private static int act(Call call) {
        JsonNode done = call.change("POST", path(call) + "/" + call.verb(), null);
        if (call.goesOn(done)) return 0;
        JsonNode tenant = call.api().get(path(call));
        notes(call, tenant);
        return call.say(
                tenant, call.line().argument(0) + " is " + tenant.get("state").asText() + ".");
    }

    private static int admins(Call call) {
        String word = call.line().argument(1);
        if (!word.equals("yes") && !word.equals("no"))
            throw new UsageException("\"" + word + "\" is neither yes nor no.");
        boolean allowed = word.equals("yes");
        call.change("PUT", path(call) + "/terminal/admins", Api.object().put("allowed", allowed));
        return call.say(
                call.api().get(path(call)),
                (allowed ? "Admins may open terminals in " : "No admin may open a terminal in ")
                        + call.line().argument(0) + ".");
    }

    private static int delete(Call call) {
        String name = call.line().argument(0);
        call.confirm(name, "delete " + name + " with everything in it");
        JsonNode done = call.change("DELETE", path(call), null);
        return call.goesOn(done) ? 0 : call.say(done, name + " is deleted.");
    }

    private static int changed(Call call, JsonNode operation) {
        if (call.goesOn(operation)) return 0;
        JsonNode tenant = call.api().get(path(call));
        notes(call, tenant);
        return show(call, tenant);
    }

    private static void notes(Call call, JsonNode tenant) {
        for (JsonNode note : tenant.path("notes")) call.err().println("note: " + Terminal.plain(note.asText()));
    }

    private static int list(Call call) {
        JsonNode tenants = call.api().all("/tenants");
        Table table = new Table("NAME", "STATE", "PLAN", "TEMPLATE", "ADDRESS", "CREATED");
        for (JsonNode tenant : tenants)
            table.row(
                    Values.text(tenant, "name"),
                    Values.text(tenant, "state"),
                    Values.text(tenant, "plan"),
                    Values.text(tenant, "template"),
                    Values.text(tenant, "address4"),
                    Values.time(tenant.path("createdAt")));
        return call.print(tenants, table, "There is no tenant yet: cloister tenant create NAME --plan PLAN");
    }

    private static int show(Call call, JsonNode tenant) {
        Table table = new Table("TENANT", Values.text(tenant, "name"));
        table.row("state", Values.text(tenant, "state"));
        if (tenant.hasNonNull("failure")) table.row("failure", Values.text(tenant, "failure"));
        table.row("plan", Values.text(tenant, "plan"));
        table.row("template", Values.text(tenant, "template"));
        table.row("ssh", Values.text(tenant.path("ssh"), "command"));
        table.row("addresses", Values.text(tenant, "address4") + " " + Values.text(tenant, "address6"));
        long first = tenant.path("uidRange").path("first").asLong();
        table.row(
                "uids",
                first + "-" + (first + tenant.path("uidRange").path("count").asLong() - 1));
        table.row("profile", Values.text(tenant, "profile"));
        table.row("admin terminals", tenant.path("adminTerminals").asBoolean() ? "allowed" : "not allowed");
        table.row("created", Values.time(tenant.path("createdAt")));
        Values.limits(table, tenant.path("limits"));
        return call.print(tenant, table, "");
    }
}
