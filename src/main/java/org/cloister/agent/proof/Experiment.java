package org.cloister.agent.proof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.protocol.TenantSpec;

/** The canaries of one run, what was tried at them, and what the controls gave. Tenants are worked on side by side. */
final class Experiment implements Closeable {

    static final String HOST = "host";
    private static final String CHROOT = "chroot";

    /** Tenants that are worked on side by side: a probe mostly waits, a quarter of a second for what is dropped. */
    private static final int AT_ONCE = 24 * Runtime.getRuntime().availableProcessors();

    /** Work on one tenant, which may go wrong. */
    interface Work {
        void run() throws IOException, Refusal;
    }

    private interface EachWork {
        void run(TenantSpec spec) throws IOException, Refusal;
    }

    private final Tenants tenants;
    private final Pairs pairs;
    private final Probe probe;
    private final Coop coop;

    private final Map<String, Canary> canaries = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Attempt>> owners = new ConcurrentHashMap<>();
    private final Map<String, Attempt> broken = new HashMap<>();
    private final Map<String, Map<String, Map<String, Attempt>>> attacks = new ConcurrentHashMap<>();
    private final Set<String> dead = new TreeSet<>();

    /**
     * Tenants in which something could not be done, with the sentence that says why. A tenant is root in its own and may
     * spoil its own canary or end the probe; that makes its row and column void, and nobody else's.
     */
    private final Map<String, String> voids = new ConcurrentHashMap<>();

    Experiment(Path program, Tenants tenants, Pairs pairs) throws IOException {
        this.tenants = tenants;
        this.pairs = pairs;
        this.probe = new Probe(program);
        this.coop = probe.coop();
    }

    void unless(String tenant, Work work) {
        try {
            work.run();
        } catch (IOException | Refusal | IllegalArgumentException e) {
            voids.putIfAbsent(tenant, String.valueOf(e.getMessage()));
        }
    }

    /**
     * In everybody who is involved, and on the machine. The owner's own access to it is tried at once.
     *
     * @param scratch a directory that only root may look into
     */
    void plant(Path scratch) throws IOException {
        keep(coop.plantOnHost(HOST, scratch));
        each(pairs.involved(), spec -> keep(coop.plantInside(tenants, spec)));
    }

    private void keep(Coop.Planted planted) {
        canaries.put(planted.canary().owner(), planted.canary());
        owners.put(planted.canary().owner(), planted.owned());
    }

    /**
     * Two trees that share all but their root directory. The attacker there does see, read and kill. The canary is taken
     * away before its tree can be.
     */
    void breakSandboxes(Path attacker, Path victim) throws IOException {
        try (Coop own = probe.coop()) {
            Canary canary = own.plantInChroot(CHROOT, victim).canary();
            List<Canary> one = List.of(canary);
            for (Vector vector : Vectors.ALL)
                if (vector.brokenIn() != Vector.BrokenIn.CHROOT)
                    broken.putAll(byVector(probe.outside(one, vector.brokenIn().arguments(vector.name()))));
            byVector(probe.outside(one, List.of("chroot", attacker.toString(), "attack")))
                    .forEach(broken::putIfAbsent);
            awaitDeath(canary);
            // The kernel said yes and the canary lives: nothing is shown.
            if (canary.alive()) broken.remove("signal");
        }
    }

    void attack() throws IOException {
        each(pairs.attackers(), attacker -> {
            List<Canary> others = new ArrayList<>();
            for (TenantSpec victim : pairs.victims(attacker))
                if (canaries.containsKey(victim.name())) others.add(canaries.get(victim.name()));
            if (pairs.isWanted(attacker)) others.add(canaries.get(HOST));
            Map<String, Map<String, Attempt>> byVictim = new HashMap<>();
            for (Attempt attempt : probe.inside(tenants.commands(attacker.id()), "attack", others))
                byVictim.computeIfAbsent(attempt.victim(), victim -> new HashMap<>())
                        .put(attempt.vector(), attempt);
            attacks.put(attacker.name(), byVictim);
        });
    }

    /** Every attacker at its victims, and at the host last. Looks who lives, and comes last. */
    List<Report.Cell> cells() throws IOException {
        for (Canary canary : canaries.values()) if (!canary.alive()) dead.add(canary.owner());
        List<Report.Cell> cells = new ArrayList<>();
        for (TenantSpec attacker : pairs.attackers()) {
            for (TenantSpec victim : pairs.victims(attacker)) cells.add(cell(attacker, victim.name()));
            if (pairs.isWanted(attacker)) cells.add(cell(attacker, HOST));
        }
        return cells;
    }

    private Report.Cell cell(TenantSpec attacker, String victim) {
        boolean nesting = attacker.profile() == TenantSpec.Profile.NESTING;
        List<Report.Tried> tried = new ArrayList<>();
        for (Vector vector : Vectors.ALL) {
            if (vector.againstMachine() && !victim.equals(HOST)) continue;
            Attempt attempt = attacks.getOrDefault(attacker.name(), Map.of())
                    .getOrDefault(victim, Map.of())
                    .get(vector.name());
            Attempt owner = owners.getOrDefault(victim, Map.of()).get(vector.name());
            Attempt weak = broken.get(vector.name());
            Judgement judgement = Judgement.of(vector, nesting, attempt, owner, weak, silence(attacker.name(), victim));
            if (dead.contains(victim)) judgement = judgement.ofTheDead();
            tried.add(new Report.Tried(
                    vector.name(),
                    judgement.verdict(),
                    judgement.outcome(),
                    judgement.detail(),
                    attempt == null ? 0 : attempt.micros()));
        }
        return new Report.Cell(
                attacker.name(),
                victim,
                Report.worst(tried.stream().map(Report.Tried::verdict).toList()),
                tried);
    }

    private String silence(String attacker, String victim) {
        if (voids.containsKey(attacker)) return attacker + ": " + voids.get(attacker);
        return voids.containsKey(victim) ? victim + ": " + voids.get(victim) : "the probe did not report";
    }

    /** What each owner's own access gave. */
    Map<String, Report.Owner> owned() {
        Map<String, Report.Owner> owned = new LinkedHashMap<>();
        canaries.forEach((owner, canary) ->
                owned.put(owner, new Report.Owner(canary.path(), controls(owners.getOrDefault(owner, Map.of())))));
        return owned;
    }

    private static Map<String, Report.Control> controls(Map<String, Attempt> attempts) {
        Map<String, Report.Control> controls = new LinkedHashMap<>();
        attempts.forEach(
                (vector, attempt) -> controls.put(vector, new Report.Control(attempt.outcome(), attempt.detail())));
        return controls;
    }

    /** Whether the probe gets through where it must. What the machine refuses to its own root cannot be shown anywhere. */
    Report.Broken shown() {
        List<String> missing = new ArrayList<>();
        int succeeded = 0;
        int refused = 0;
        for (Vector vector : Vectors.ALL) {
            Attempt attempt = broken.get(vector.name());
            if (attempt != null && attempt.succeeded()) succeeded++;
            else if (attempt != null && vector.againstMachine() && attempt.refused()) refused++;
            else missing.add(vector.name());
        }
        if (!missing.isEmpty())
            return new Report.Broken(
                    Report.Verdict.inconclusive,
                    "From a sandbox that is known to be broken the probe did not get through by "
                            + String.join(", ", missing) + ", so its failures elsewhere prove nothing.",
                    controls(broken));
        return new Report.Broken(
                Report.Verdict.passed,
                "From a sandbox that is known to be broken, mostly a chroot alone, the same probe got through by "
                        + succeeded + " of " + Vectors.ALL.size() + " vectors, and killed the canary there"
                        + (refused == 0
                                ? "."
                                : "; " + refused + " the machine refuses to its own root, and they are not counted."),
                controls(broken));
    }

    /** A death that an attack explains is red; one that none explains proves nothing, since an owner may end its own. */
    Report.Checked lived(List<Report.Cell> cells) {
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

    private void each(Collection<TenantSpec> specs, EachWork work) throws IOException {
        try (ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> all = new ArrayList<>();
            for (TenantSpec spec : specs) all.add(workers.submit(() -> unless(spec.name(), () -> work.run(spec))));
            for (Future<?> one : all) one.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the audit was interrupted", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IOException("the audit met a fault of its own", e.getCause());
        }
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

    @Override
    public void close() {
        coop.close();
        probe.close();
    }
}
