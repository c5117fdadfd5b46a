package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** The commands that begin with "audit" and ask the server. */
final class Audits {

    private Audits() {}

    static int run(Call call) {
        return switch (call.verb()) {
            case "run" -> {
                JsonNode done = call.change("POST", "/audits", null);
                if (call.goesOn(done)) yield 0;
                yield show(call, Api.part(done.get("subject").asText()));
            }
            case "show" -> {
                show(call, call.part(0));
                yield 0;
            }
            case "rotate" -> {
                JsonNode record = call.api().send("POST", "/audits/key", null);
                yield call.print(
                        record,
                        () -> "Records are signed with " + fingerprint(record) + " from now on, says record "
                                + record.path("sequence").asText() + ".\nHand the new keys/audit.signers to whoever"
                                + " checks records, and back up agent/audit.key.\n");
            }
            default -> list(call);
        };
    }

    private static String fingerprint(JsonNode record) {
        return Terminal.plain(record.path("fingerprint").asText());
    }

    private static int list(Call call) {
        JsonNode audits = call.api().get("/audits?limit=" + call.line().number("--limit", 20, 1000));
        Table table = new Table("AUDIT", "VERDICT", "OF", ">PASSED", ">FAILED", ">VOID", "STARTED");
        for (JsonNode audit : audits)
            table.row(
                    Values.text(audit, "id"),
                    Values.text(audit, "verdict"),
                    audit.path("focus").isEmpty() ? "all" : join(audit.path("focus")),
                    audit.path("summary").path("passed").asText(),
                    audit.path("summary").path("failed").asText(),
                    audit.path("summary").path("void").asText(),
                    Values.time(audit.path("startedAt")));
        return call.print(audits, table, "There was no audit yet: cloister audit run");
    }

    private static String join(JsonNode names) {
        StringBuilder joined = new StringBuilder();
        for (JsonNode name : names) joined.append(joined.isEmpty() ? "" : " ").append(name.asText());
        return joined.toString();
    }

    /** @return 0 where it passed; what it found else is told by 1, so that a script hears it */
    private static int show(Call call, String id) {
        byte[] bytes = call.api().bytes("/audits/" + id);
        JsonNode audit = call.api().parsed(bytes);
        int exit = audit.path("verdict").asText().equals("passed") ? 0 : 1;
        if (call.wantsJson()) {
            call.out().writeBytes(bytes); // as they were signed
            return exit;
        }
        call.out().print(text(call, audit));
        return exit;
    }

    private static String text(Call call, JsonNode audit) {
        Table table = new Table("AUDIT", Values.text(audit, "id"));
        table.row("verdict", Values.text(audit, "verdict"));
        for (Map.Entry<String, JsonNode> one : audit.path("summary").properties())
            table.row(one.getKey(), one.getValue().asText());
        table.row("started", Values.time(audit.path("startedAt")));
        table.row("finished", Values.time(audit.path("finishedAt")));
        table.row("record", Values.text(audit, "sequence"));
        Table findings = new Table("TENANT", "CHECK", "EXPECTED", "FOUND");
        for (JsonNode finding : audit.path("findings"))
            findings.row(
                    Values.text(finding, "tenant"),
                    Values.text(finding, "check"),
                    Values.text(finding, "expected"),
                    Values.text(finding, "found"));
        Table attempts = new Table("ATTACKER", "VICTIM", "ATTEMPT", "VERDICT");
        for (JsonNode cell : audit.path("cells"))
            for (JsonNode attempt : cell.path("attempts"))
                if (attempt.path("verdict").asText().matches("failed|void"))
                    attempts.row(
                            Values.text(cell, "attacker"),
                            Values.text(cell, "victim"),
                            Values.text(attempt, "vector"),
                            Values.text(attempt, "verdict"));
        boolean bold = call.terminal().out();
        return table.text(bold)
                + (findings.isEmpty() ? "" : "\n" + findings.text(bold))
                + (attempts.isEmpty() ? "" : "\n" + attempts.text(bold));
    }
}
