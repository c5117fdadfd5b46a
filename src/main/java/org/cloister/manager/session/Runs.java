package org.cloister.manager.session;

import java.util.regex.Pattern;

/**
 * What a client asked to run.
 *
 * @param kind "shell", "command", "sftp", or "none" for a connection that runs nothing
 * @param command as far as it is shown; null where it is no command
 * @param terminal whether it has one
 */
public record Runs(String kind, String command, boolean terminal) {

    static final Runs NOTHING = new Runs("none", null, false);

    /** A client may send a quarter of a megabyte. */
    private static final int SHOWN = 500;

    private static final Pattern SPACES = Pattern.compile("\\s+");

    /** What would move or hide the text around it, in a terminal or in a page. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}]");

    public static Runs shell(boolean terminal) {
        return new Runs("shell", null, terminal);
    }

    public static Runs subsystem(String name) {
        return new Runs(name, null, false);
    }

    /** @param command any text of the client's */
    public static Runs command(String command, boolean terminal) {
        String head = command.length() <= SHOWN ? command : command.substring(0, SHOWN) + "…";
        return new Runs(
                "command", UNSEEN.matcher(SPACES.matcher(head).replaceAll(" ")).replaceAll("?"), terminal);
    }
}
