package org.cloister.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * A command, as the table has it.
 *
 * @param name one word or two: "tenant create"
 * @param arguments "TENANT FILE...": words in capitals say what completes them; [ANY] may be left out, ANY... repeats
 */
record Command(String name, String arguments, String summary, List<Option> options) {

    static Command of(String name, String arguments, String summary, Option... options) {
        return new Command(name, arguments, summary, List.of(options));
    }

    /** "tenant" */
    String group() {
        int space = name.indexOf(' ');
        return space < 0 ? name : name.substring(0, space);
    }

    /** "create"; empty for a command of one word. */
    String verb() {
        return name.substring(Math.min(name.length(), group().length() + 1));
    }

    List<String> places() {
        return arguments.isEmpty() ? List.of() : List.of(arguments.split(" "));
    }

    int least() {
        return (int) places().stream().filter(place -> !place.startsWith("[")).count();
    }

    int most() {
        return arguments.contains("...") ? Integer.MAX_VALUE : places().size();
    }

    /** Its own options, and those of every command. */
    List<Option> allOptions() {
        List<Option> all = new ArrayList<>(options);
        all.addAll(isLocal() ? List.of(Commands.HELP) : Commands.EVERYWHERE);
        return all;
    }

    /** Whether it needs no server. */
    boolean isLocal() {
        return Commands.LOCAL.contains(name);
    }

    /** "cloister tenant create NAME --plan PLAN [--key FILE]..." */
    String synopsis() {
        StringBuilder line = new StringBuilder("cloister ").append(name);
        if (name.equals("audit verify"))
            options.forEach(option -> line.append(' ').append(option.synopsis()));
        if (!arguments.isEmpty()) line.append(' ').append(arguments);
        if (!name.equals("audit verify"))
            options.forEach(option -> line.append(' ').append(option.synopsis()));
        return line.toString();
    }
}
