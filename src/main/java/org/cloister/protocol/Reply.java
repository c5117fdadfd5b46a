package org.cloister.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What the agent answers: any number of {@link Progress}, then one of another kind. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "reply")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Reply.Progress.class, name = "progress"),
    @JsonSubTypes.Type(value = Reply.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = Reply.Done.class, name = "done"),
    @JsonSubTypes.Type(value = Reply.Host.class, name = "host"),
    @JsonSubTypes.Type(value = Reply.Posture.class, name = "posture"),
    @JsonSubTypes.Type(value = Reply.Tenant.class, name = "tenant"),
    @JsonSubTypes.Type(value = Reply.Tenants.class, name = "tenants"),
    @JsonSubTypes.Type(value = Reply.Inspected.class, name = "inspected"),
    @JsonSubTypes.Type(value = Reply.Namespaces.class, name = "namespaces"),
    @JsonSubTypes.Type(value = Reply.Measured.class, name = "measured"),
    @JsonSubTypes.Type(value = Reply.SnapshotList.class, name = "snapshots"),
    @JsonSubTypes.Type(value = Reply.TemplateList.class, name = "templates"),
    @JsonSubTypes.Type(value = Reply.Sealed.class, name = "sealed"),
})
public sealed interface Reply {

    /**
     * @param phase a word that stays the same while the phase lasts
     * @param percent of the whole operation, 0 to 100
     * @param message one short sentence for people
     */
    record Progress(String phase, int percent, String message) implements Reply {}

    /** The request was refused or did not succeed; nothing half made is left. */
    record Failed(Reason reason, String sentence) implements Reply {}

    enum Reason {
        /** The request itself is wrong. */
        INVALID,
        /** No such tenant or template. */
        UNKNOWN,
        /** The state forbids it: not running, slot taken, template in use. */
        CONFLICT,
        /** The pool or another resource of the machine is full. */
        FULL,
        /** The kernel or a tool of this machine lacks something. */
        UNSUPPORTED,
        /** Anything else: a fault of ours or of the machine. */
        FAULT
    }

    record Done() implements Reply {}

    /**
     * @param cgroups "v2" or "v1"
     * @param missing what this machine lacks, one sentence each: which limit will not bind, and how to mend it
     */
    record Host(
            String hostname,
            String kernel,
            String bootId,
            Instant agentStartedAt,
            int cores,
            long memoryBytes,
            long memoryAvailableBytes,
            long poolBytes,
            long poolFreeBytes,
            String cgroups,
            String suite,
            int firstSlot,
            int lastSlot,
            List<String> missing)
            implements Reply {}

    /** The worst first. */
    record Posture(List<PostureCheck> checks) implements Reply {
        public Posture {
            checks = List.copyOf(checks);
        }
    }

    record Tenant(TenantState state) implements Reply {}

    record Tenants(List<TenantState> states) implements Reply {}

    record Inspected(Inspection inspection) implements Reply {}

    /** @param tenants id to kind to inode; of each that runs */
    record Namespaces(Map<UUID, Map<String, Long>> tenants) implements Reply {}

    record Measured(Usage usage) implements Reply {}

    record SnapshotList(List<Snapshot> snapshots) implements Reply {}

    /** @param note what its owner wrote to know it again; may be empty */
    record Snapshot(UUID id, String note, Instant takenAt) {}

    record TemplateList(List<Template> templates) implements Reply {}

    /** @param current whether it was made by the recipe of the agent that answers, not by an earlier one's */
    record Template(String suite, Instant builtAt, long bytes, int packages, boolean current) {}

    /**
     * @param document a record of the chain, JSON; the signature is that of its bytes in UTF-8
     * @param signature as {@link SshSignature#armored} writes it
     * @param anchorFault why what was sealed lately is not noted down outside, as it should be; null where it is
     */
    record Sealed(String document, String signature, String anchorFault) implements Reply {}
}
