package org.cloister.agent.fact;

/**
 * Something that is not as it must be.
 *
 * @param tenant whose isolation it breaks; "host" where no one tenant's
 * @param fact the {@link Fact} that shows it
 * @param check what was looked at
 */
public record Finding(String tenant, String fact, String check, String expected, String found) {

    public static final String HOST = "host";

    /** The same thing, though what was found of it may have changed meanwhile. */
    boolean isAbout(Finding other) {
        return tenant.equals(other.tenant) && fact.equals(other.fact) && check.equals(other.check);
    }
}
