package org.cloister.protocol;

import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What one tenant should be. The manager sends the whole of it; the agent keeps it on disk and closes the difference
 * between it and what the kernel shows.
 *
 * @param slot the number from which uid range, addresses, link, qgroup and cgroup follow ({@link Slot})
 * @param name the host name inside
 * @param template the suite whose template the root file system is a snapshot of
 * @param generation raised to ask for a restart: a sandbox of an older generation is replaced
 * @param profile what its processes may ask of the kernel; strict where nothing is said
 */
public record TenantSpec(
        UUID id,
        int slot,
        String name,
        String template,
        Desired desired,
        int generation,
        Limits limits,
        Profile profile) {

    /** A name is a DNS label in lower case that starts with a letter, 31 characters at most. */
    public static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,29}[a-z0-9]|[a-z]");

    /** A template is named after its Debian suite. */
    public static final Pattern TEMPLATE = Pattern.compile("[a-z][a-z0-9-]{0,30}");

    public enum Desired {
        RUNNING,
        STOPPED,
        FROZEN
    }

    /** The system call filter and what goes with it. */
    public enum Profile {
        STRICT,
        /** User namespaces inside the tenant, as rootless containers need, with a proc of their own without masks. Weaker. */
        NESTING
    }

    public TenantSpec {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(desired, "desired");
        Objects.requireNonNull(limits, "limits");
        if (name == null || !NAME.matcher(name).matches())
            throw new IllegalArgumentException("not a tenant name: a-z, 0-9 and -, 31 at most, first a letter");
        if (template == null || !TEMPLATE.matcher(template).matches())
            throw new IllegalArgumentException("not a template name: a-z, 0-9 and -, first a letter");
        if (profile == null) profile = Profile.STRICT;
        if (generation < 0) throw new IllegalArgumentException("generation is negative");
        new Slot(slot);
    }
}
