package org.cloister.cli;

import java.util.List;

/** What the table of commands says, for people. */
final class Help {

    private static final int WIDTH = 100;

    private static final String HEAD = """
            cloister COMMAND ...

            """;
    private static final String FOOT = """

            "cloister COMMAND --help" says more of one. Exit status: 0 done, 1 refused or failed, 2 wrong usage.
            """;

    private Help() {}

    /** @throws UsageException there is no such command */
    static String of(List<String> words) {
        if (words.isEmpty()) return HEAD + overview(Commands.ALL) + FOOT;
        String name = String.join(" ", words);
        Command command = Commands.named(name);
        if (command != null) return of(command);
        List<Command> group = Commands.of(name);
        if (group.isEmpty())
            throw new UsageException("There is no command \"" + name + "\"." + Commands.meant(name, names()));
        return overview(group) + FOOT;
    }

    private static List<String> names() {
        return Commands.ALL.stream().map(Command::name).toList();
    }

    static String of(Command command) {
        Page page = new Page();
        page.wrap(command.synopsis(), 0, 4);
        page.wrap(command.summary(), 2, 2);
        int widest = 0;
        for (Option option : command.allOptions())
            widest = Math.max(widest, option.said().length());
        for (Option option : command.allOptions()) page.entry(option.said(), option.summary(), 4, widest + 6);
        return page.text();
    }

    private static String overview(List<Command> commands) {
        Page page = new Page();
        int widest = 0;
        for (Command command : commands) widest = Math.max(widest, said(command).length());
        for (Command command : commands) page.entry(said(command), command.summary(), 2, widest + 4);
        return page.text();
    }

    private static String said(Command command) {
        return command.name() + (command.arguments().isEmpty() ? "" : " " + command.arguments());
    }

    /** Lines of words, none longer than the width where words allow. */
    private static final class Page {

        private final StringBuilder text = new StringBuilder();

        String text() {
            return text.toString();
        }

        void entry(String name, String summary, int indent, int column) {
            wrap(" ".repeat(indent) + name + " ".repeat(Math.max(1, column - indent - name.length())), summary, column);
        }

        void wrap(String sentence, int first, int rest) {
            wrap(" ".repeat(first), sentence, rest);
        }

        private void wrap(String start, String sentence, int rest) {
            StringBuilder line = new StringBuilder(start);
            boolean begins = true;
            for (String word : sentence.split(" ")) {
                if (!begins && line.length() + 1 + word.length() > WIDTH) {
                    text.append(line).append('\n');
                    line = new StringBuilder(" ".repeat(rest));
                    begins = true;
                }
                line.append(begins ? "" : " ").append(word);
                begins = false;
            }
            text.append(line).append('\n');
        }
    }
}
