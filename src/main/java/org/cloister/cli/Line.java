package org.cloister.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was typed, taken apart.
 *
 * @param command null where help was asked for, of all or of the group that arguments names
 * @param options by name, with their values; an option without a value has an empty list
 */
record Line(Command command, List<String> arguments, Map<String, List<String>> options) {

    /** @throws UsageException it makes no sense */
    static Line of(List<String> words) {
        return new Reader(words).read();
    }

    String argument(int place) {
        return place < arguments.size() ? arguments.get(place) : null;
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    /** The last one that was said; null for none. */
    String value(String option) {
        List<String> values = values(option);
        return values.isEmpty() ? null : values.getLast();
    }

    List<String> values(String option) {
        return options.getOrDefault(option, List.of());
    }

    /** @throws UsageException it is no such number */
    int number(String option, int usual, int most) {
        String value = value(option);
        if (value == null) return usual;
        if (!value.matches("[0-9]{1,6}") || Integer.parseInt(value) < 1 || Integer.parseInt(value) > most)
            throw new UsageException(option + " is a number from 1 to " + most + ".");
        return Integer.parseInt(value);
    }

    private static final class Reader {

        private final List<String> words;
        private final List<String> arguments = new ArrayList<>();
        private final Map<String, List<String>> options = new LinkedHashMap<>();
        private String group;
        private Command command;
        private int at;

        Reader(List<String> words) {
            this.words = words;
        }

        Line read() {
            boolean literal = false;
            while (at < words.size()) {
                String word = words.get(at++);
                if (!literal && word.equals("--")) literal = true;
                else if (!literal && word.startsWith("-") && word.length() > 1) option(word);
                else if (command == null) name(word);
                else arguments.add(word);
            }
            if (options.containsKey("--help") || command == null && group == null)
                return new Line(command, group == null ? List.of() : List.of(group), options);
            if (command == null)
                throw new UsageException(group + " needs one more word: " + String.join(", ", verbs()) + ".");
            check();
            return new Line(command, arguments, options);
        }

        private void name(String word) {
            if (group == null) {
                if (!Commands.groups().contains(word))
                    throw new UsageException("There is no command \"" + word + "\"."
                            + Commands.meant(word, Commands.groups()) + " \"cloister help\" lists them.");
                group = word;
                command = Commands.named(word);
                return;
            }
            command = Commands.named(group + " " + word);
            if (command == null)
                throw new UsageException("There is no command \"" + group + " " + word + "\"."
                        + Commands.meant(word, verbs()) + " \"cloister " + group + " --help\" lists them.");
        }

        private List<String> verbs() {
            return Commands.of(group).stream().map(Command::verb).toList();
        }

        private void option(String word) {
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String name = equals < 0 ? word : word.substring(0, equals);
            if (name.equals("-h")) name = "--help";
            Option known = known(name);
            List<String> values = options.computeIfAbsent(name, none -> new ArrayList<>());
            if (known.value() == null) {
                if (equals >= 0) throw new UsageException(name + " takes no value.");
                return;
            }
            if (equals < 0 && at == words.size()) throw new UsageException(name + " needs a value: " + known.said());
            if (!known.repeated() && !values.isEmpty()) throw new UsageException(name + " is said twice.");
            values.add(equals < 0 ? words.get(at++) : word.substring(equals + 1));
        }

        private Option known(String name) {
            List<Option> all = command == null ? Commands.EVERYWHERE : command.allOptions();
            for (Option option : all) if (option.name().equals(name)) return option;
            String of = command == null ? "" : " of \"" + command.name() + "\"";
            throw new UsageException("There is no option " + name + of + "."
                    + Commands.meant(name, all.stream().map(Option::name).toList()));
        }

        private void check() {
            boolean manual = options.containsKey("--man");
            if (arguments.size() < command.least() && !manual)
                throw new UsageException(command.places().get(arguments.size()).replace("...", "") + " is missing: "
                        + command.synopsis());
            if (arguments.size() > command.most())
                throw new UsageException(
                        "\"" + arguments.get(command.most()) + "\" is too much: " + command.synopsis());
            for (Option option : command.options())
                if (option.needed() && !options.containsKey(option.name()))
                    throw new UsageException(option.said() + " is missing: " + command.synopsis());
            for (String argument : arguments)
                if (argument.isEmpty() || argument.equals(".") || argument.equals(".."))
                    throw new UsageException("\"" + argument + "\" is no name.");
        }
    }
}
