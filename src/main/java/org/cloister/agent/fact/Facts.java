package org.cloister.agent.fact;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.network.Network;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.agent.storage.Pool;

/** Reads every {@link Fact}. */
public final class Facts {

    /**
     * A machine at work is never still: between two reads a process forks, a tenant starts. What is broken stays broken, so
     * only what was found each of so many times counts.
     */
    private static final int LOOKS = 3;

    private static final int PAUSE_MILLISECONDS = 400;

    /**
     * What came of one kind of fact.
     *
     * @param says what holds where it has no finding
     * @param looked how many things were looked at
     * @param fault why nothing is known; null where it could be read
     */
    public record Outcome(String name, String says, long looked, List<Finding> findings, String fault) {}

    private final Tenants tenants;
    private final List<Fact> facts;

    /**
     * @param home of the instance, {@code run} below /run, {@code app} where its programs lie
     * @param firstSlot and {@code lastSlot} bound its slots
     */
    public Facts(
            Path home,
            Path run,
            Path app,
            int firstSlot,
            int lastSlot,
            Tenants tenants,
            Cgroups cgroups,
            Network network,
            Pool pool) {
        this.tenants = tenants;
        this.facts = List.of(
                new NamespacesFact(),
                new IdsFact(),
                new ConfinementFact(),
                new CgroupsFact(cgroups),
                new LimitsFact(cgroups, pool),
                new MountsFact(tenants),
                new DescriptorsFact(),
                new NetworkFact(network),
                new TreesFact(home, run, app, pool),
                new ReleasedFact(firstSlot, lastSlot, tenants, network, pool));
    }

    /** @param chosen the tenants that are audited; those among them that do not run have nothing to read */
    public List<Outcome> read(Collection<UUID> chosen) throws IOException {
        Map<Fact, Outcome> outcomes = look(facts, chosen);
        for (int look = 1; look < LOOKS; look++) {
            List<Fact> doubtful = facts.stream()
                    .filter(fact -> isDoubtful(outcomes.get(fact)))
                    .toList();
            if (doubtful.isEmpty()) break;
            pause();
            look(doubtful, chosen).forEach((fact, outcome) -> outcomes.merge(fact, outcome, Facts::confirmed));
        }
        return List.copyOf(outcomes.values());
    }

    /** Of a tenant that was started or stopped meanwhile nothing is found. */
    private Map<Fact, Outcome> look(List<Fact> wanted, Collection<UUID> chosen) throws IOException {
        Map<Fact, Outcome> outcomes = new LinkedHashMap<>();
        Moment moment = Moment.look(tenants, chosen);
        wanted.parallelStream()
                .map(fact -> Map.entry(fact, read(fact, moment)))
                .toList()
                .forEach(read -> outcomes.put(read.getKey(), read.getValue()));
        List<Living> after = tenants.living();
        Set<String> changed = new HashSet<>();
        for (Living tenant : moment.all())
            if (after.stream().noneMatch(tenant::equals))
                changed.add(tenant.spec().name());
        outcomes.values()
                .forEach(outcome -> outcome.findings().removeIf(finding -> changed.contains(finding.tenant())));
        return outcomes;
    }

    private static boolean isDoubtful(Outcome outcome) {
        return outcome.fault() != null || !outcome.findings().isEmpty();
    }

    private static Outcome read(Fact fact, Moment moment) {
        Findings findings = new Findings(fact.name());
        try {
            long looked = fact.look(moment, findings);
            return new Outcome(fact.name(), fact.says(), looked, findings.all(), null);
        } catch (IOException | RuntimeException e) { // a text of the kernel's that is written otherwise than we know it
            return new Outcome(fact.name(), fact.says(), 0, findings.all(), String.valueOf(e.getMessage()));
        }
    }

    /** What both found, as the later one found it. One that could be read outweighs one that could not. */
    private static Outcome confirmed(Outcome before, Outcome now) {
        if (now.fault() != null && before.fault() == null) return before;
        if (before.fault() != null) return now;
        List<Finding> both = new ArrayList<>(now.findings());
        both.removeIf(finding -> before.findings().stream().noneMatch(finding::isAbout));
        return new Outcome(now.name(), now.says(), now.looked(), both, null);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the audit was interrupted", e);
        }
    }
}
