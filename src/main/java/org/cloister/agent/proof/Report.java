package org.cloister.agent.proof;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.agent.fact.Facts;
import org.cloister.agent.fact.Finding;

/** The document of one run, as it is kept and downloaded. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Report(
        String schema,
        UUID id,
        String instance,
        Verdict verdict,
        Instant startedAt,
        Instant finishedAt,
        Host host,
        List<Tenant> tenants,
        Summary summary,
        List<Vector> vectors,
        List<Cell> cells,
        List<Fact> facts,
        List<Finding> findings,
        Controls controls,
        String claims,
        String notClaimed) {

    static final String SCHEMA = "cloister-audit/1";

    static final String CLAIMS =
            "For every ordered pair of the tenants named here, and for every tenant and the host: the"
                    + " attacker, as root inside its tenant, did not reach the victim through any vector named here.";

    static final String NOT_CLAIMED =
            "Tenants share one kernel: a kernel bug, a CPU side channel and the host's own root"
                    + " are outside what namespaces can hold. Vectors that are not named here were not tried.";

    enum Verdict {
        passed,
        failed,
        @com.fasterxml.jackson.annotation.JsonProperty("void")
        inconclusive,
        /** This machine or this victim has no such thing; the detail says why. */
        @com.fasterxml.jackson.annotation.JsonProperty("not-applicable")
        notApplicable
    }

    /** A failure outweighs what proves nothing, that outweighs a denial, and that what is not applicable. */
    static Verdict worst(List<Verdict> verdicts) {
        for (Verdict verdict : List.of(Verdict.failed, Verdict.inconclusive, Verdict.passed))
            if (verdicts.contains(verdict)) return verdict;
        return verdicts.isEmpty() ? Verdict.inconclusive : Verdict.notApplicable;
    }

    record Host(String hostname, String kernel, String bootId) {}

    /**
     * One kind of thing that was read from the kernel; its findings stand in a list of their own.
     *
     * @param says what holds where it passed
     * @param looked how many things were looked at
     * @param fault why nothing is known; absent where it could be read
     */
    record Fact(String name, String says, Verdict verdict, long looked, String fault) {

        static Fact of(Facts.Outcome read) {
            Verdict verdict = !read.findings().isEmpty()
                    ? Verdict.failed
                    : read.fault() == null ? Verdict.passed : Verdict.inconclusive;
            return new Fact(read.name(), read.says(), verdict, read.looked(), read.fault());
        }
    }

    /** @param profile "strict" or "nesting", under which its processes ran */
    record Tenant(UUID id, String name, int slot, String profile) {}

    record Summary(
            int passed,
            int failed,

            @com.fasterxml.jackson.annotation.JsonProperty("void")
            int inconclusive,

            @com.fasterxml.jackson.annotation.JsonProperty("not-applicable")
            int notApplicable) {}

    /** What one attacker tried on one victim ("host" for the machine). */
    record Cell(String attacker, String victim, Verdict verdict, List<Tried> attempts) {}

    /**
     * @param owner and {@code broken} are the controls: the same vector where it must succeed; no owner where the victim
     *     is the machine itself
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Tried(
            String vector,
            String target,
            Verdict verdict,
            String outcome,
            String detail,
            long micros,
            Control owner,
            Control broken) {}

    record Control(String outcome, String detail) {}

    record Controls(Checked host, Checked broken) {}

    record Checked(Verdict verdict, String detail) {}
}
