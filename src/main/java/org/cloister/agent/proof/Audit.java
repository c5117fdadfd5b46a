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
import java.util.Locale;
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
        Voids voids = new Voids();
        try (Coop coop = new Coop();
                Probe probe = new Probe(probeProgram)) {
            progress.accept(new Reply.Progress("facts", 5, "Reading what the kernel shows from outside"));
            Map<String, Canary> canaries = new LinkedHashMap<>();
            for (var spec : specs.entrySet()) {
                String name = spec.getValue().name();
                progress.accept(new Reply.Progress("plant", 10, "Planting a canary in " + name));
                voids.unless(name, () -> {
                    facts.check(spec.getValue(), tenants.inspect(spec.getKey()));
                    canaries.put(name, coop.plantInside(tenants, spec.getKey()));
                });
            }
            canaries.put(HOST, coop.plantOutside(HOST, null, scratch));

            progress.accept(new Reply.Progress("controls", 40, "Trying the same from a chroot alone"));
            Map<String, Attempt> broken =
                    brokenSandbox(coop, probe, specs.values().iterator().next().template());
            Map<String, Map<String, Attempt>> owners = new HashMap<>();
            for (var spec : specs.entrySet()) {
                String name = spec.getValue().name();
                Canary own = canaries.get(name);
                if (own == null) continue;
                voids.unless(
                        name,
                        () -> owners.put(
                                name, byVector(probe.inside(tenants.commands(spec.getKey()), "owner", List.of(own)))));
            }
            owners.put(HOST, byVector(probe.outside("owner", List.of(canaries.get(HOST)))));

            List<Report.Cell> cells = new ArrayList<>();
            List<String> names = new ArrayList<>(
                    specs.values().stream().map(TenantSpec::name).toList());
            names.add(HOST);
            int at = 0;
            for (var spec : specs.entrySet()) {
                String attacker = spec.getValue().name();
                progress.accept(
                        new Reply.Progress("attack", 50 + 45 * at++ / specs.size(), attacker + " tries every other"));
                List<Canary> others = canaries.values().stream()
                        .filter(c -> !c.owner().equals(attacker))
                        .toList();
                List<Attempt> attempts = new ArrayList<>();
                voids.unless(
                        attacker,
                        () -> attempts.addAll(probe.inside(tenants.commands(spec.getKey()), "attack", others)));
                for (String victim : names)
                    if (!victim.equals(attacker))
                        cells.add(cell(
                                attacker,
                                victim,
                                canaries.get(victim),
                                attempts,
                                owners.getOrDefault(victim, Map.of()),
                                broken,
                                voids));
            }
            progress.accept(new Reply.Progress("confirm", 97, "Confirming that every canary lives"));
            Report.Checked alive = confirm(canaries, cells);
            return new Reply.Audited(
                    Frames.JSON.valueToTree(report(started, specs, cells, facts.findings(), alive, broken)));
        }
    }

    /**
     * Tenants in which something could not be done. A tenant is root in its own and may spoil its own canary or end the
     * probe; that makes its row and column void, and nobody else's.
     */
    private static final class Voids {

        private interface Work {
            void run() throws IOException, Refusal;
        }

        private final Map<String, String> sentences = new HashMap<>();

        void unless(String tenant, Work work) {
            try {
                work.run();
            } catch (IOException | Refusal | IllegalArgumentException e) {
                sentences.merge(tenant, String.valueOf(e.getMessage()), (first, next) -> first);
            }
        }

        String of(String attacker, String victim) {
            if (sentences.containsKey(attacker)) return attacker + ": " + sentences.get(attacker);
            return sentences.containsKey(victim) ? victim + ": " + sentences.get(victim) : "the probe did not report";
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

    /** @param canary the victim's, null where none could be planted */
    private static Report.Cell cell(
            String attacker,
            String victim,
            Canary canary,
            List<Attempt> attempts,
            Map<String, Attempt> owner,
            Map<String, Attempt> broken,
            Voids voids)
            throws IOException {
        List<Report.Tried> tried = new ArrayList<>();
        for (Vector vector : Vector.ALL) {
            Attempt attempt = attempts.stream()
                    .filter(a -> a.victim().equals(victim) && a.vector().equals(vector.name()))
                    .findFirst()
                    .orElse(null);
            Report.Control own = control(owner.get(vector.name()));
            Report.Control weak = control(broken.get(vector.name()));
            tried.add(new Report.Tried(
                    vector.name(),
                    canary == null ? "" : canary.path(),
                    verdict(attempt, own, weak),
                    attempt == null ? "not tried" : attempt.outcome(),
                    attempt == null ? voids.of(attacker, victim) : attempt.detail(),
                    attempt == null ? 0 : attempt.micros(),
                    own,
                    weak));
        }
        return new Report.Cell(
                attacker,
                victim,
                worst(tried.stream().map(Report.Tried::verdict).toList()),
                tried);
    }

    private static Report.Verdict verdict(Attempt attempt, Report.Control own, Report.Control weak) {
        if (attempt != null && attempt.succeeded()) return Report.Verdict.failed;
        boolean meaningful =
                own.outcome().equals(Attempt.SUCCEEDED) && weak.outcome().equals(Attempt.SUCCEEDED);
        return attempt == null || !meaningful ? Report.Verdict.inconclusive : Report.Verdict.passed;
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
                        .map(s -> new Report.Tenant(
                                s.id(), s.name(), s.slot(), s.profile().name().toLowerCase(Locale.ROOT)))
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

    /** A death that an attack explains is red; one that none explains proves nothing, since an owner may end its own. */
    private static Report.Checked confirm(Map<String, Canary> canaries, List<Report.Cell> cells) throws IOException {
        List<String> dead = new ArrayList<>();
        for (Canary canary : canaries.values()) if (!canary.alive()) dead.add(canary.owner());
        if (dead.isEmpty())
            return new Report.Checked(
                    Report.Verdict.passed,
                    "All " + canaries.size() + " canaries lived on, seen from the host after the last attempt.");
        boolean killed =
                cells.stream().anyMatch(c -> c.verdict() == Report.Verdict.failed && dead.contains(c.victim()));
        return new Report.Checked(
                killed ? Report.Verdict.failed : Report.Verdict.inconclusive,
                "Dead after the attempts: the canary of " + String.join(", ", dead) + "."
                        + (killed ? "" : " No attempt reached it; its own tenant may have ended it."));
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
