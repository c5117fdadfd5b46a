package org.cloister.cli;

/** The table of commands as a manual page, in the man macros of roff (man(7)). */
final class Manual {

    private static final String[][] ENVIRONMENT = {
        {"CLOISTER_URL", "where Cloister is; without it the instance of this machine is asked"},
        {"CLOISTER_TOKEN", "the token; better kept in a file"},
        {"CLOISTER_CA", "a file of certificates that vouch for the server's"},
        {"CLOISTER_INSTANCE, CLOISTER_HOME, CLOISTER_HTTP", "which instance of this machine, as ops/up was told"},
    };
    private static final String[][] FILES = {
        {"~/.config/cloister/token", "the token; refused where others may read it"},
        {"/var/lib/cloister/keys/admin.token", "root's own token, sent to this machine alone"},
    };
    private static final String[][] STATUS = {
        {"0", "It is done."},
        {"1", "It was refused or failed, and standard error says why. Of an audit: it did not pass."},
        {"2", "The question was wrong, and nothing was done."},
    };

    private Manual() {}

    static String page() {
        StringBuilder page = new StringBuilder("""
                .TH CLOISTER 1 "" Cloister "Cloister manual"
                .SH NAME
                cloister \\- tenants of one machine, kept apart
                .SH SYNOPSIS
                .B cloister
                .I COMMAND
                \\&...
                .SH DESCRIPTION
                Tables for people; with
                .B \\-\\-json
                what the API answered, for programs.
                .SH COMMANDS
                """);
        for (Command command : Commands.ALL) {
            page.append(".TP\n.B ").append(escaped(command.synopsis())).append('\n');
            page.append(escaped(command.summary())).append('\n');
            if (!command.options().isEmpty()) {
                page.append(".RS\n");
                for (Option option : command.options()) entry(page, option.said(), option.summary());
                page.append(".RE\n");
            }
        }
        page.append(".SH OPTIONS\nWhat every command takes that asks the server:\n");
        for (Option option : Commands.EVERYWHERE) entry(page, option.said(), option.summary());
        section(page, "ENVIRONMENT", ENVIRONMENT);
        section(page, "FILES", FILES);
        section(page, "EXIT STATUS", STATUS);
        return page.toString();
    }

    private static void section(StringBuilder page, String name, String[][] entries) {
        page.append(".SH ").append(name).append('\n');
        for (String[] entry : entries) entry(page, entry[0], entry[1]);
    }

    private static void entry(StringBuilder page, String name, String text) {
        page.append(".TP\n.B ")
                .append(escaped(name))
                .append('\n')
                .append(escaped(text))
                .append('\n');
    }

    /** A line that begins with a dot or a quote would be a request; a bare minus would become a hyphen. */
    private static String escaped(String text) {
        String escaped = text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("~", "\\(ti")
                .replace("\"", "\\(dq");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
