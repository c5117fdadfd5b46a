package org.cloister.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What the manager may ask of the agent. Never a path, a uid, a command line for the host or an interface name.
 *
 * @param <R> the kind of the last reply
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "ask")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Request.Host.class, name = "host"),
    @JsonSubTypes.Type(value = Request.Posture.class, name = "posture"),
    @JsonSubTypes.Type(value = Request.Apply.class, name = "apply"),
    @JsonSubTypes.Type(value = Request.Remove.class, name = "remove"),
    @JsonSubTypes.Type(value = Request.States.class, name = "states"),
    @JsonSubTypes.Type(value = Request.Inspect.class, name = "inspect"),
    @JsonSubTypes.Type(value = Request.Namespaces.class, name = "namespaces"),
    @JsonSubTypes.Type(value = Request.Measure.class, name = "measure"),
    @JsonSubTypes.Type(value = Request.OpenSession.class, name = "open-session"),
    @JsonSubTypes.Type(value = Request.OpenForwarder.class, name = "open-forwarder"),
    @JsonSubTypes.Type(value = Request.Resize.class, name = "resize"),
    @JsonSubTypes.Type(value = Request.Snapshots.class, name = "snapshots"),
    @JsonSubTypes.Type(value = Request.TakeSnapshot.class, name = "take-snapshot"),
    @JsonSubTypes.Type(value = Request.RestoreSnapshot.class, name = "restore-snapshot"),
    @JsonSubTypes.Type(value = Request.RemoveSnapshot.class, name = "remove-snapshot"),
    @JsonSubTypes.Type(value = Request.Templates.class, name = "templates"),
    @JsonSubTypes.Type(value = Request.BuildTemplate.class, name = "build-template"),
    @JsonSubTypes.Type(value = Request.RemoveTemplate.class, name = "remove-template"),
    @JsonSubTypes.Type(value = Request.Audit.class, name = "audit"),
    @JsonSubTypes.Type(value = Request.TestNeighbour.class, name = "test-neighbour"),
    @JsonSubTypes.Type(value = Request.ReadRecord.class, name = "read-record"),
    @JsonSubTypes.Type(value = Request.NoteReading.class, name = "note-reading"),
    @JsonSubTypes.Type(value = Request.RotateKey.class, name = "rotate-key"),
})
public sealed interface Request<R extends Reply> {

    /** Whether the agent may take minutes. What does not last is given up after half a minute of silence. */
    default boolean lasts() {
        return false;
    }

    /** The machine: kernel, capacity, what it lacks. */
    record Host() implements Request<Reply.Host> {}

    /** What about the machine helps to hold tenants apart, and what does not. */
    record Posture() implements Request<Reply.Posture> {}

    /** Make the tenant what the specification says. Idempotent; progress: root, ids, network, start. */
    record Apply(TenantSpec spec) implements Request<Reply.Tenant> {
        public Apply {
            Objects.requireNonNull(spec, "spec");
        }

        @Override
        public boolean lasts() {
            return true;
        }
    }

    /** Stop the tenant, forget its specification and scrub its storage. Idempotent. */
    record Remove(UUID tenant) implements Request<Reply.Done> {
        public Remove {
            Objects.requireNonNull(tenant, "tenant");
        }

        @Override
        public boolean lasts() {
            return true;
        }
    }

    /** Every tenant that the agent has a specification of. */
    record States() implements Request<Reply.Tenants> {}

    record Inspect(UUID tenant) implements Request<Reply.Inspected> {
        public Inspect {
            Objects.requireNonNull(tenant, "tenant");
        }
    }

    /** The namespaces of every tenant that runs, to be compared. */
    record Namespaces() implements Request<Reply.Namespaces> {}

    record Measure(UUID tenant) implements Request<Reply.Measured> {
        public Measure {
            Objects.requireNonNull(tenant, "tenant");
        }
    }

    /**
     * Run a shell in the tenant. The reply carries descriptors, see {@link OpenSession}'s use in {@link AgentClient}.
     *
     * @param user a user of the tenant's own /etc/passwd
     * @param command given to the user's shell with -c; null for a login shell
     * @param terminal null for pipes
     * @param environment names and values added to HOME, USER, LOGNAME, SHELL and PATH
     */
    record OpenSession(UUID tenant, String user, String command, Terminal terminal, Map<String, String> environment)
            implements Request<Reply.Done> {
        /** useradd(8) makes no other names; nothing of it is ever an option or a path. */
        private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");

        public OpenSession {
            Objects.requireNonNull(tenant, "tenant");
            requireUser(user);
            environment = Map.copyOf(environment);
        }

        private static void requireUser(String user) {
            if (user == null || !USER.matcher(user).matches()) throw new IllegalArgumentException("not a user's name");
        }
    }

    /**
     * Run tenant-forward in the tenant, which makes sockets there. The reply carries one descriptor, see {@link
     * Forwarder}.
     *
     * @param user a user of the tenant's own /etc/passwd, with whose rights the sockets are made
     */
    record OpenForwarder(UUID tenant, String user) implements Request<Reply.Done> {
        public OpenForwarder {
            Objects.requireNonNull(tenant, "tenant");
            OpenSession.requireUser(user);
        }
    }

    /** The size of a pseudo-terminal in characters and, where known, pixels (else 0). */
    record Terminal(int columns, int rows, int widthPixels, int heightPixels) {}

    /** Set the size of the pseudo-terminal whose descriptor travels with this request. */
    record Resize(Terminal terminal) implements Request<Reply.Done> {
        public Resize {
            Objects.requireNonNull(terminal, "terminal");
        }
    }

    /** The tenant's snapshots, the oldest first. What this does not name is not there. */
    record Snapshots(UUID tenant) implements Request<Reply.SnapshotList> {
        public Snapshots {
            Objects.requireNonNull(tenant, "tenant");
        }
    }

    /**
     * Keep the tenant's root file system as it is now, running or not. Idempotent by the snapshot's id.
     *
     * @param note one line that shows as it is, 100 characters at most; may be empty
     */
    record TakeSnapshot(UUID tenant, UUID snapshot, String note) implements Request<Reply.Done> {
        /** No control or format character, and no line separator: a note cannot pose as something else. */
        public static final Pattern NOTE = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{0,100}");

        public TakeSnapshot {
            Objects.requireNonNull(tenant, "tenant");
            Objects.requireNonNull(snapshot, "snapshot");
            if (note == null || !NOTE.matcher(note).matches())
                throw new IllegalArgumentException("a note is one line of at most 100 characters");
        }

        @Override
        public boolean lasts() {
            return true;
        }
    }

    /**
     * Make the tenant's root file system what the snapshot holds; what it was is erased. A tenant that runs is ended
     * before and launched after. Progress: stop, root, launch.
     */
    record RestoreSnapshot(UUID tenant, UUID snapshot) implements Request<Reply.Tenant> {
        public RestoreSnapshot {
            Objects.requireNonNull(tenant, "tenant");
            Objects.requireNonNull(snapshot, "snapshot");
        }

        @Override
        public boolean lasts() {
            return true;
        }
    }

    /** Idempotent. */
    record RemoveSnapshot(UUID tenant, UUID snapshot) implements Request<Reply.Done> {
        public RemoveSnapshot {
            Objects.requireNonNull(tenant, "tenant");
            Objects.requireNonNull(snapshot, "snapshot");
        }

        @Override
        public boolean lasts() {
            return true;
        }
    }

    record Templates() implements Request<Reply.TemplateList> {}

    /**
     * Build the template of a Debian suite with debootstrap, unless it is there and current. Progress: phase, packages,
     * percent.
     */
    record BuildTemplate(String suite) implements Request<Reply.Done> {
        @Override
        public boolean lasts() {
            return true;
        }
    }

    record RemoveTemplate(String suite) implements Request<Reply.Done> {
        @Override
        public boolean lasts() {
            return true;
        }
    }

    /**
     * Run the isolation proof.
     *
     * @param tenants those that run; one that does no more is left out
     * @param focus those among them whose rows and columns alone are tried; empty for everybody's
     */
    record Audit(List<UUID> tenants, List<UUID> focus) implements Request<Reply.Sealed> {
        public Audit {
            tenants = List.copyOf(tenants);
            focus = List.copyOf(focus);
        }

        @Override
        public boolean lasts() {
            return true;
        }
    }

    /** A record of the chain. UNKNOWN where it is not that long, CONFLICT where no copy of that one is kept any more. */
    record ReadRecord(long sequence) implements Request<Reply.Sealed> {}

    /**
     * Seal that somebody read a report. The manager states it; the agent saw nothing of it, and the record says so.
     *
     * @param reader the account's name
     * @param report null where all records were taken at once
     * @param form what was read of it
     */
    record NoteReading(UUID id, String reader, UUID report, Form form) implements Request<Reply.Sealed> {

        public enum Form {
            PAGE,
            JSON,
            PDF,
            SIG,
            ARCHIVE
        }

        private static final Pattern READER = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{1,100}");

        public NoteReading {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(form, "form");
            if (reader == null || !READER.matcher(reader).matches())
                throw new IllegalArgumentException("a reader is one line of at most 100 characters");
            if ((report == null) != (form == Form.ARCHIVE))
                throw new IllegalArgumentException("a report is read in one form, and all of them as an archive");
        }
    }

    /** Sign with a new key from now on; the old one vouches for it. */
    record RotateKey() implements Request<Reply.Sealed> {}

    /**
     * Measure the victim while the attacker uses up all that it may have. Both run. Progress: a phase each way.
     *
     * @param attacker made for this test alone: everything that runs in it is killed
     * @param seconds that each phase lasts
     */
    record TestNeighbour(UUID victim, UUID attacker, int seconds) implements Request<Reply.Sealed> {

        /** What such a tenant is called. */
        public static final Pattern ATTACKER = Pattern.compile("neighbour-[0-9a-f]{8}");

        public static final int MOST_SECONDS = 60;

        public TestNeighbour {
            Objects.requireNonNull(victim, "victim");
            Objects.requireNonNull(attacker, "attacker");
            if (victim.equals(attacker)) throw new IllegalArgumentException("the victim is the attacker");
            if (seconds < 1 || seconds > MOST_SECONDS)
                throw new IllegalArgumentException("a phase lasts 1 to " + MOST_SECONDS + " seconds");
        }

        @Override
        public boolean lasts() {
            return true;
        }
    }
}
