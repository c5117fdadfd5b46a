package org.cloister.agent.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.storage.Pool;
import org.cloister.agent.storage.Templates;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.cloister.protocol.TenantSpec;

/** Runs the experiment. One at a time. */
public final class Audit {

    private static final String HOST = "host";
    private static final String CHROOT = "chroot";

    private final String instance;
    private final Path probeProgram;
    private final Path scratch;
    private final Tenants tenants;
    private final Templates templates;
    private final Pool pool;

    /** @param scratch a directory that only root may look into */
    public Audit(String instance, Path probeProgram, Path scratch, Tenants tenants, Templates templates, Pool pool) {
        this.instance = instance;
        this.probeProgram = probeProgram;
        this.scratch = scratch;
        this.tenants = tenants;
        this.templates = templates;
        this.pool = pool;
    }

    public synchronized Reply.Audited run(List<UUID> chosen, Consumer<Reply.Progress> progress)
            throws IOException, Refusal {
        if (chosen.isEmpty())
            throw new Refusal(Reply.Reason.CONFLICT, "No tenant runs, so there is nothing to try. Start one first.");
        Instant started = now();
        Facts facts = new Facts();
        Map<UUID, TenantSpec> specs = new LinkedHashMap<>();
        for (UUID id : chosen) specs.put(id, tenants.spec(id));
        try (Coop coop = new Coop();
                Probe probe = new Probe(probeProgram)) {
            progress.accept(new Reply.Progress("facts", 5, "Reading what the kernel shows from outside"));
            for (var spec : specs.entrySet()) facts.check(spec.getValue(), tenants.inspect(spec.getKey()));
            Map<String, Canary> canaries = new LinkedHashMap<>();
            for (var spec : specs.entrySet()) {
                progress.accept(new Reply.Progress(
                        "plant", 10, "Planting a canary in " + spec.getValue().name()));
                canaries.put(spec.getValue().name(), coop.plantInside(tenants, spec.getKey()));
            }
            canaries.put(HOST, coop.plantOutside(HOST, null, scratch));

            progress.accept(new Reply.Progress("controls", 40, "Trying the same from a chroot alone"));
            Map<String, Attempt> broken =
                    brokenSandbox(coop, probe, specs.values().iterator().next().template());
            Map<String, Map<String, Attempt>> owners = new HashMap<>();
            for (var spec : specs.entrySet()) {
                Canary own = canaries.get(spec.getValue().name());
                owners.put(own.owner(), byVector(probe.inside(tenants.commands(spec.getKey()), "owner", List.of(own))));
            }
            owners.put(HOST, byVector(probe.outside("owner", List.of(canaries.get(HOST)))));

            List<Report.Cell> cells = new ArrayList<>();
            int at = 0;
            for (var spec : specs.entrySet()) {
                String attacker = spec.getValue().name();
                progress.accept(
                        new Reply.Progress("attack", 50 + 45 * at++ / specs.size(), attacker + " tries every other"));
                List<Canary> others = canaries.values().stream()
                        .filter(c -> !c.owner().equals(attacker))
                        .toList();
                List<Attempt> attempts = probe.inside(tenants.commands(spec.getKey()), "attack", others);
                for (Canary victim : others)
                    cells.add(cell(attacker, victim, attempts, owners.get(victim.owner()), broken));
            }
            progress.accept(new Reply.Progress("confirm", 97, "Confirming that every canary lives"));
            Report.Checked alive = confirm(canaries);
            return new Reply.Audited(
                    Frames.JSON.valueToTree(report(started, specs, cells, facts.findings(), alive, broken)));
        }
    }

    /** Two chroots that share all but their root directory. The attacker there does see, read and kill. */
    private Map<String, Attempt> brokenSandbox(Coop coop, Probe probe, String template) throws IOException {
        try (Pool.Scratch attacker = pool.scratch(templates.tree(template));
                Pool.Scratch victim = pool.scratch(templates.tree(template))) {
            Canary canary =
                    coop.plantOutside(CHROOT, victim.tree(), victim.tree().resolve("root"));
            Map<String, Attempt> attempts = byVector(probe.inChroot(attacker.tree(), List.of(canary)));
            awaitDeath(canary);
            if (canary.alive()) attempts.remove("signal"); // the kernel said yes and the canary lives: nothing is shown
            return attempts;
        }
    }

    private static Report.Cell cell(
            String attacker,
            Canary victim,
            List<Attempt> attempts,
            Map<String, Attempt> owner,
            Map<String, Attempt> broken) {
        List<Report.Tried> tried = new ArrayList<>();
        for (Vector vector : Vector.ALL) {
            Attempt attempt = attempts.stream()
                    .filter(a -> a.victim().equals(victim.owner()) && a.vector().equals(vector.name()))
                    .findFirst()
                    .orElse(null);
            Report.Control own = control(owner.get(vector.name()));
            Report.Control weak = control(broken.get(vector.name()));
            boolean meaningful =
                    own.outcome().equals(Attempt.SUCCEEDED) && weak.outcome().equals(Attempt.SUCCEEDED);
            Report.Verdict verdict = attempt != null && attempt.succeeded()
                    ? Report.Verdict.failed
                    : attempt == null || !meaningful ? Report.Verdict.inconclusive : Report.Verdict.passed;
            tried.add(new Report.Tried(
                    vector.name(),
                    victim.path(),
                    verdict,
                    attempt == null ? "no answer" : attempt.outcome(),
                    attempt == null ? "the probe did not report" : attempt.detail(),
                    attempt == null ? 0 : attempt.micros(),
                    own,
                    weak));
        }
        return new Report.Cell(
                attacker,
                victim.owner(),
                worst(tried.stream().map(Report.Tried::verdict).toList()),
                tried);
    }

    private Report report(
            Instant started,
            Map<UUID, TenantSpec> specs,
            List<Report.Cell> cells,
            List<Facts.Finding> findings,
            Report.Checked alive,
            Map<String, Attempt> broken)
            throws IOException {
        List<Report.Verdict> verdicts = cells.stream()
                .flatMap(c -> c.attempts().stream())
                .map(Report.Tried::verdict)
                .toList();
        boolean shown = Vector.ALL.stream()
                .allMatch(v ->
                        broken.containsKey(v.name()) && broken.get(v.name()).succeeded());
        Report.Checked weak = new Report.Checked(
                shown ? Report.Verdict.passed : Report.Verdict.inconclusive,
                shown
                        ? "From a chroot alone the same probe saw the canary, read its secret and killed it."
                        : "From a chroot alone the probe did not reach the canary, so its failures elsewhere prove nothing.");
        List<Report.Verdict> all = new ArrayList<>(verdicts);
        all.add(alive.verdict());
        if (!findings.isEmpty()) all.add(Report.Verdict.failed);
        return new Report(
                Report.SCHEMA,
                UUID.randomUUID(),
                instance,
                worst(all),
                started,
                now(),
                new Report.Host(
                        Files.readString(Path.of("/proc/sys/kernel/hostname")).strip(),
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
                        ProcFiles.bootId()),
                specs.values().stream()
                        .map(s -> new Report.Tenant(s.id(), s.name(), s.slot()))
                        .toList(),
                new Report.Summary(
                        count(verdicts, Report.Verdict.passed),
                        count(verdicts, Report.Verdict.failed),
                        count(verdicts, Report.Verdict.inconclusive)),
                Vector.ALL,
                cells,
                findings,
                new Report.Controls(alive, weak),
                Report.CLAIMS,
                Report.NOT_CLAIMED);
    }

    private static Report.Checked confirm(Map<String, Canary> canaries) throws IOException {
        List<String> dead = new ArrayList<>();
        for (Canary canary : canaries.values()) if (!canary.alive()) dead.add(canary.owner());
        return dead.isEmpty()
                ? new Report.Checked(
                        Report.Verdict.passed,
                        "All " + canaries.size() + " canaries lived on, seen from the host after the last attempt.")
                : new Report.Checked(
                        Report.Verdict.failed,
                        "Dead after the attempts: the canary of " + String.join(", ", dead) + ".");
    }

    private static void awaitDeath(Canary canary) throws IOException {
        for (int i = 0; i < 100 && canary.alive(); i++) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static Map<String, Attempt> byVector(List<Attempt> attempts) {
        Map<String, Attempt> map = new LinkedHashMap<>();
        for (Attempt attempt : attempts) map.put(attempt.vector(), attempt);
        return map;
    }

    private static Report.Control control(Attempt attempt) {
        return attempt == null
                ? new Report.Control("not shown", "the control did not report")
                : new Report.Control(attempt.outcome(), attempt.detail());
    }

    private static Report.Verdict worst(List<Report.Verdict> verdicts) {
        if (verdicts.contains(Report.Verdict.failed)) return Report.Verdict.failed;
        return verdicts.contains(Report.Verdict.inconclusive) ? Report.Verdict.inconclusive : Report.Verdict.passed;
    }

    private static int count(List<Report.Verdict> verdicts, Report.Verdict verdict) {
        return (int) verdicts.stream().filter(verdict::equals).count();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
