package org.cloister.agent.neighbour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.cloister.agent.chain.Chain;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.storage.Pool;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.Usage;

/** Runs the test. One at a time. */
public final class NeighbourTest {

    /** In which the attacker, just onboarded, has started what a Debian starts. */
    private static final int START_MILLIS = 2_000;

    /** In which an attack comes to bite, and in which its traces go before the next. */
    private static final int BITE_MILLIS = 300;

    private static final int REST_MILLIS = 1_000;

    private final String instance;
    private final Path probeProgram;
    private final Tenants tenants;
    private final Pool pool;
    private final Chain chain;

    public NeighbourTest(String instance, Path probeProgram, Tenants tenants, Pool pool, Chain chain) {
        this.instance = instance;
        this.probeProgram = probeProgram;
        this.tenants = tenants;
        this.pool = pool;
        this.chain = chain;
    }

    /** The victim and the attacker of one run, and what both are measured with. */
    private record Pair(TenantSpec victim, TenantSpec attacker, int seconds, Fd sealed) {}

    /** One phase to be. @param says what happens in it, for people */
    private record Trial(String name, String says, List<Exhaustion> ways, String note) {}

    /** @throws Refusal one of them does not run, or ended before the test did */
    public synchronized Reply.Sealed run(Request.TestNeighbour request, Consumer<Reply.Progress> progress)
            throws IOException, Refusal {
        TenantSpec victim = tenants.spec(request.victim());
        TenantSpec attacker = tenants.spec(request.attacker());
        // Whoever attacks is killed with all that runs in it, so this is nobody's tenant.
        if (!Request.TestNeighbour.ATTACKER.matcher(attacker.name()).matches())
            throw new Refusal(
                    Reply.Reason.INVALID,
                    "Only a tenant that was made for the test attacks; " + attacker.name() + " is none.");
        tenants.commands(victim.id());
        tenants.commands(attacker.id());
        Instant started = now();
        try (Fd sealed = Linux.sealedProgram(Files.readAllBytes(probeProgram))) {
            Pair pair = new Pair(victim, attacker, request.seconds(), sealed);
            List<Trial> trials = trials(Room.now(pool), attacker);
            List<Report.Phase> phases = new ArrayList<>();
            pause(START_MILLIS);
            for (Trial trial : trials) {
                progress.accept(new Reply.Progress(trial.name(), 100 * phases.size() / trials.size(), trial.says()));
                phases.add(trial.note() == null ? phase(pair, trial) : notTried(trial));
            }
            return chain.seal(Frames.JSON.valueToTree(report(pair, started, phases)));
        }
    }

    private static List<Trial> trials(Room room, TenantSpec attacker) {
        List<Trial> trials = new ArrayList<>();
        List<Exhaustion> together = new ArrayList<>();
        trials.add(new Trial("alone-before", "The neighbour does nothing.", List.of(), null));
        for (Exhaustion way : Exhaustion.ALL) {
            Optional<String> hindrance = room.hindrance(way, attacker.limits());
            trials.add(new Trial(way.name(), way.says(), List.of(way), hindrance.orElse(null)));
            if (hindrance.isEmpty()) together.add(way);
        }
        trials.add(new Trial("all", "All of it at once.", together, null));
        trials.add(new Trial("alone-after", "The neighbour does nothing again.", List.of(), null));
        return trials;
    }

    private static Report.Phase notTried(Trial trial) {
        return new Report.Phase(trial.name(), now(), List.of(), List.of(), List.of(), trial.note());
    }

    private Report.Phase phase(Pair pair, Trial trial) throws IOException, Refusal {
        Instant started = now();
        Usage victimBefore = tenants.measure(pair.victim().id());
        Usage attackerBefore = tenants.measure(pair.attacker().id());
        if (trial.ways().isEmpty())
            return new Report.Phase(
                    trial.name(), started, beats(pair, trial), acted(pair.victim(), victimBefore), List.of(), null);
        List<Beat> beats;
        List<Report.Acted> acted;
        List<Tally> tallies = List.of();
        String note = null;
        try (Attack attack = Attack.begin(
                tenants.commands(pair.attacker().id()),
                pair.sealed(),
                new Slot(pair.victim().slot()).address4(),
                trial.ways())) {
            pause(BITE_MILLIS);
            beats = beats(pair, trial);
            acted = acted(pair.attacker(), attackerBefore);
            acted.addAll(acted(pair.victim(), victimBefore));
            try {
                tallies = attack.end();
            } catch (IOException e) {
                tenants.relaunch(pair.attacker().id());
                note = "The attacker did not end by itself and was restarted (" + e.getMessage() + ").";
            }
        }
        pause(REST_MILLIS);
        return new Report.Phase(trial.name(), started, beats, acted, tallies, note);
    }

    private List<Beat> beats(Pair pair, Trial trial) throws Refusal {
        try {
            return new Pulse(pair.sealed())
                    .measure(tenants.commands(pair.victim().id()), pair.seconds());
        } catch (IOException | Refusal e) {
            throw new Refusal(
                    Reply.Reason.CONFLICT,
                    pair.victim().name() + " could not be measured to the end, in the phase " + trial.name() + ": "
                            + String.valueOf(e.getMessage()).replaceFirst("[.]$", "")
                            + ". The test is given up; start the tenant and run it again.");
        }
    }

    private List<Report.Acted> acted(TenantSpec tenant, Usage before) throws IOException, Refusal {
        Usage after = tenants.measure(tenant.id());
        List<Report.Acted> acted = new ArrayList<>();
        for (Limit limit : Limit.values())
            if (after.hits(limit) > before.hits(limit))
                acted.add(new Report.Acted(tenant.name(), limit.key(), before.hits(limit), after.hits(limit)));
        return acted;
    }

    private Report report(Pair pair, Instant started, List<Report.Phase> phases) throws IOException {
        return new Report(
                Report.SCHEMA,
                UUID.randomUUID(),
                instance,
                started,
                now(),
                new Report.Host(
                        Files.readString(Path.of("/proc/sys/kernel/hostname")).strip(),
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
                        ProcFiles.bootId(),
                        Runtime.getRuntime().availableProcessors()),
                tenant(pair.victim()),
                tenant(pair.attacker()),
                pair.seconds(),
                Pulse.EVERY_MILLIS,
                Pulse.COMMAND_EVERY_MILLIS,
                Pulse.OPERATIONS,
                Exhaustion.ALL,
                phases,
                Report.CLAIMS,
                Report.NOT_CLAIMED);
    }

    private static Report.Tenant tenant(TenantSpec spec) {
        return new Report.Tenant(
                spec.id(), spec.name(), spec.slot(), spec.profile().name().toLowerCase(Locale.ROOT), spec.limits());
    }

    private static void pause(int millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the test was interrupted", e);
        }
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
