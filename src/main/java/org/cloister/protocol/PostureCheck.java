package org.cloister.protocol;

import java.util.Objects;

/**
 * One thing about the machine that helps to hold tenants apart, and how it was found.
 *
 * @param id names it: the sysctl's key, or a name such as "cpu.vulnerabilities"
 * @param expected and {@code found} are for people: "1 or more", "0"
 * @param risk of the bad state, one sentence
 * @param mend the command that mends it, or in words what does; empty when it is good
 * @param setting what `ops/harden` writes to mend it; null when it is good or no sysctl mends it
 */
public record PostureCheck(
        String id, State state, String expected, String found, String risk, String mend, Setting setting) {

    public enum State {
        GOOD,
        /** Tenants' own confinement holds without it; nothing stands behind. */
        WEAK,
        /** A tenant can use it as things are. */
        OPEN
    }

    /**
     * @param value as it is written to /proc/sys
     * @param irreversible whether it stays until the next boot, whoever wants it back
     * @param costs what the machine loses by it, a clause; empty if nothing
     */
    public record Setting(String key, String value, boolean irreversible, String costs) {}

    public PostureCheck {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(state, "state");
    }
}
