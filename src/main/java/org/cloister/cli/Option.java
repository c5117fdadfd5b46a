package org.cloister.cli;

/**
 * An option of a command.
 *
 * @param name with its dashes
 * @param value what stands for its value in the help; null for an option that takes none
 * @param repeated whether it may be said more than once
 */
record Option(String name, String value, String summary, boolean needed, boolean repeated) {

    /** @param spec "--yes", "--plan PLAN", "--plan PLAN!" where the command needs it, "--key FILE..." for several */
    static Option of(String spec, String summary) {
        int space = spec.indexOf(' ');
        if (space < 0) return new Option(spec, null, summary, false, false);
        String value = spec.substring(space + 1);
        boolean needed = value.endsWith("!");
        boolean repeated = value.endsWith("...");
        value = value.substring(0, value.length() - (needed ? 1 : repeated ? 3 : 0));
        return new Option(spec.substring(0, space), value, summary, needed, repeated);
    }

    /** "--plan PLAN" */
    String said() {
        return value == null ? name : name + " " + value;
    }

    /** As the synopsis has it: "[--key FILE]..." */
    String synopsis() {
        return needed ? said() : "[" + said() + "]" + (repeated ? "..." : "");
    }
}
