package org.cloister.manager.session;

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

    public static Runs shell(boolean terminal) {
        return new Runs("shell", null, terminal);
    }

    public static Runs subsystem(String name) {
        return new Runs(name, null, false);
    }

    /** @param command any text of the client's */
    public static Runs command(String command, boolean terminal) {
        return new Runs("command", Plain.text(command, SHOWN), terminal);
    }
}
