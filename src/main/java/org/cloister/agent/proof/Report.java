package org.cloister.agent.proof;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.agent.fact.Facts;
import org.cloister.agent.fact.Finding;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.protocol.Frames;

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
        Scope scope,
        List<Tenant> tenants,
        Summary summary,
        List<Vector> vectors,
        List<Cell> cells,
        List<Fact> facts,
        List<Finding> findings,
        Controls controls,
        String claims,
        String notClaimed) {

    static final String SCHEMA = "cloister-audit/2";

    static final String CLAIMS =
            "For every pair of an attacker and a victim that has a cell here: the attacker, as root inside its"
                    + " tenant, did not reach the victim through any vector named here. The facts hold for every tenant"
                    + " named here.";

    static final String NOT_CLAIMED =
            "Pairs without a cell were not tried in this run. Tenants share one kernel: a kernel bug, a CPU side channel and the host's own root"
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

    /** To be sealed. Attempts stay what they are until they are written: a tree of a hundred thousand would fill the heap. */
    ObjectNode content() {
        Report head = new Report(
                schema,
                id,
                instance,
                verdict,
                startedAt,
                finishedAt,
                host,
                scope,
                tenants,
                summary,
                vectors,
                null,
                facts,
                findings,
                null,
                claims,
                notClaimed);
        ObjectNode content = Frames.JSON.valueToTree(head);
        content.putPOJO("cells", cells);
        content.putPOJO("controls", controls);
        return content;
    }

    record Host(String hostname, String kernel, String bootId) {

        /** The machine that this runs on, at this moment. */
        static Host here() throws IOException {
            return new Host(
                    Files.readString(Path.of("/proc/sys/kernel/hostname")).strip(),
                    Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
                    ProcFiles.bootId());
        }
    }

    /**
     * One kind of thing that was read from the kernel; its findings stand in a list of their own.
     *
     * @param says what holds where it passed
     * @param looked how many things were looked at
     * @param fault why nothing is known; absent where it could be read
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
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

    /**
     * What was tried of all that there is.
     *
     * @param kind "all", or "tenants" where only the rows and columns of some were
     * @param tenants those; absent where all were
     * @param places how many places behind it in the list of tenants an attacker's victims stand, that list being taken as
     *     a ring; absent where every place was tried
     * @param of how many places there are; absent where every place was tried
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Scope(String kind, List<String> tenants, List<Integer> places, Integer of) {}

    /** What one attacker tried on one victim ("host" for the machine). */
    record Cell(String attacker, String victim, Verdict verdict, List<Tried> attempts) {}

    /** The controls of an attempt stand with its victim and its vector, in {@link Controls}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Tried(String vector, Verdict verdict, String outcome, String detail, long micros) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Control(String outcome, String detail) {}

    /**
     * Where it must succeed.
     *
     * @param host the canaries, seen from the machine
     * @param broken the sandbox that is broken on purpose
     * @param owners by the victim's name: its owner's own access to its canary
     */
    record Controls(Checked host, Broken broken, Map<String, Owner> owners) {}

    record Checked(Verdict verdict, String detail) {}

    record Broken(Verdict verdict, String detail, Map<String, Control> attempts) {}

    /** @param path of the secret file that was there to be reached, as its owner names it */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Owner(String path, Map<String, Control> attempts) {}
}
