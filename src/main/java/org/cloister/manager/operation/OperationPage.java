package org.cloister.manager.operation;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.page.Words;

/**
 * An operation as one watches it.
 *
 * @param ready whether a tenant came out of it that one can log in to
 * @param next where its result is; null until there is one
 */
record OperationPage(
        UUID id,
        String section,
        String title,
        String backUrl,
        String backWord,
        boolean done,
        String problem,
        String message,
        int percent,
        String tone,
        String took,
        List<Phase> phases,
        boolean ready,
        String tenant,
        String command,
        String hostKey,
        String next,
        String nextWord) {

    static OperationPage of(OperationView operation, Timelines.Timeline line, String command, String hostKey) {
        boolean failed = operation.problem() != null;
        String tenant = operation.tenant() == null ? "" : operation.tenant();
        boolean ready = operation.kind().equals("tenant.create") && operation.done() && !failed;
        String kind = operation.kind();
        String section = kind.startsWith("audit.") || kind.startsWith("neighbour.")
                ? "audits"
                : kind.startsWith("template.") ? "templates" : "tenants";
        String next = operation.done() ? next(operation, failed) : null;
        return new OperationPage(
                operation.id(),
                section,
                title(operation),
                section.equals("tenants") ? "/" : "/" + section,
                Character.toUpperCase(section.charAt(0)) + section.substring(1),
                operation.done(),
                operation.problem(),
                failed ? "Failed" : operation.message(),
                operation.percent(),
                failed ? "danger" : operation.done() ? "fine" : "",
                operation.finishedAt() == null
                        ? ""
                        : "in " + Words.took(Duration.between(operation.startedAt(), operation.finishedAt())),
                Phase.of(operation, line),
                ready,
                tenant,
                command,
                hostKey,
                next,
                section.equals("audits")
                        ? "Open the report"
                        : section.equals("templates") ? "To the templates" : "Go on");
    }

    private static String next(OperationView operation, boolean failed) {
        return switch (operation.kind()) {
            case "tenant.create" -> failed ? "/tenants/" + operation.tenant() : null;
            case "tenant.delete" -> "/";
            case "template.build" -> "/templates";
            case "audit.run" -> failed || operation.subject() == null ? "/audits" : "/audits/" + operation.subject();
            case "neighbour.run" ->
                failed || operation.subject() == null ? "/neighbour-tests" : "/neighbour-tests/" + operation.subject();
            default -> operation.tenant() == null ? "/" : "/tenants/" + operation.tenant();
        };
    }

    private static String title(OperationView operation) {
        return switch (operation.kind()) {
            case "tenant.create" -> "Onboarding " + operation.tenant();
            case "tenant.delete" -> "Deleting " + operation.tenant();
            case "template.build" -> "Building " + operation.subject();
            case "audit.run" -> "Auditing";
            case "neighbour.run" -> "Measuring " + operation.tenant() + " beside a neighbour";
            case "snapshot.restore" -> "Restoring " + operation.tenant();
            default -> operation.tenant() == null ? "Working" : "Changing " + operation.tenant();
        };
    }
}
