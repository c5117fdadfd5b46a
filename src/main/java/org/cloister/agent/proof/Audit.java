package org.cloister.agent.proof;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.cloister.agent.chain.Chain;
import org.cloister.agent.fact.Facts;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.storage.Pool;
import org.cloister.agent.storage.Templates;
import org.cloister.protocol.Reply;
import org.cloister.protocol.TenantSpec;

/** Runs the experiment. One at a time. */
public final class Audit {

    private static final System.Logger LOG = System.getLogger(Audit.class.getName());

    private final String instance;
    private final Path probeProgram;
    private final Path scratch;
    private final Tenants tenants;
    private final Templates templates;
    private final Pool pool;
    private final Facts facts;
    private final Chain chain;

    /** Of the ring, where a run that cannot take all begins. A whole round takes everybody to everybody. */
    private long place = new SecureRandom().nextInt(Integer.MAX_VALUE);

    /** @param scratch a directory that only root may look into */
    public Audit(
            String instance,
            Path probeProgram,
            Path scratch,
            Tenants tenants,
            Templates templates,
            Pool pool,
            Facts facts,
            Chain chain) {
        this.instance = instance;
        this.probeProgram = probeProgram;
        this.scratch = scratch;
        this.tenants = tenants;
        this.templates = templates;
        this.pool = pool;
        this.facts = facts;
        this.chain = chain;
    }

    /**
     * @param chosen the tenants that run
     * @param focus those whose rows and columns alone are tried; empty for everybody's
     */
    public synchronized Reply.Sealed run(List<UUID> chosen, List<UUID> focus, Consumer<Reply.Progress> progress)
            throws IOException, Refusal {
        Instant started = Chain.now();
        Phases phases = new Phases();
        List<TenantSpec> running = tenants.living().stream()
                .map(Tenants.Living::spec)
                .filter(spec -> chosen.contains(spec.id()))
                .sorted(Comparator.comparingInt(TenantSpec::slot))
                .toList();
        if (running.stream().noneMatch(spec -> focus.isEmpty() || focus.contains(spec.id())))
            throw new Refusal(Reply.Reason.CONFLICT, "None of these tenants runs, so there is nothing to try.");
        Pairs pairs = Pairs.of(running, focus, place);
        place += pairs.places().size();
        try (Experiment experiment = new Experiment(probeProgram, tenants, pairs)) {
            progress.accept(new Reply.Progress("facts", 5, "Reading what the kernel shows from outside"));
            FutureTask<Void> broken = begin(experiment, running.getFirst().template());
            List<Facts.Outcome> read;
            try {
                read = facts.read(running.stream().map(TenantSpec::id).toList());
                phases.end("facts");
                progress.accept(new Reply.Progress("controls", 20, "Trying it where it must succeed"));
            } finally {
                await(broken);
            }
            phases.end("controls");
            progress.accept(new Reply.Progress("plant", 25, "Planting a canary in every tenant"));
            experiment.plant(scratch);
            phases.end("plant");
            progress.accept(new Reply.Progress("attack", 60, "Every tenant tries every other, and the machine"));
            experiment.attack();
            phases.end("attack");
            progress.accept(new Reply.Progress("confirm", 97, "Confirming that every canary lives"));
            List<Report.Cell> cells = experiment.cells();
            Report.Controls controls =
                    new Report.Controls(experiment.lived(cells), experiment.shown(), experiment.owned());
            Report report = report(started, pairs, cells, read, controls);
            phases.end("judge");
            Reply.Sealed sealed = chain.seal(report.content());
            phases.end("seal");
            LOG.log(System.Logger.Level.INFO, "audit of {0} tenants: {1}", running.size(), phases);
            return sealed;
        }
    }

    /** The sandboxes that are broken on purpose, beside the facts: they mostly wait, and have nothing of a tenant's. */
    private FutureTask<Void> begin(Experiment experiment, String template) {
        FutureTask<Void> broken = new FutureTask<>(() -> {
            breakSandboxes(experiment, template);
            return null;
        });
        Thread.ofPlatform().name("controls").start(broken);
        return broken;
    }

    private static void await(FutureTask<Void> broken) throws IOException {
        try {
            broken.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the audit was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) throw cause;
            throw new IOException("the audit met a fault of its own", e.getCause());
        }
    }

    private void breakSandboxes(Experiment experiment, String template) throws IOException {
        try (Pool.Scratch attacker = pool.scratch(templates.tree(template));
                Pool.Scratch victim = pool.scratch(templates.tree(template))) {
            experiment.breakSandboxes(attacker.tree(), victim.tree());
        }
    }

    private Report report(
            Instant started, Pairs pairs, List<Report.Cell> cells, List<Facts.Outcome> read, Report.Controls controls)
            throws IOException {
        List<Report.Verdict> verdicts = cells.stream()
                .flatMap(c -> c.attempts().stream())
                .map(Report.Tried::verdict)
                .toList();
        List<Report.Verdict> all = new ArrayList<>(verdicts);
        all.add(controls.host().verdict());
        List<Report.Fact> facts = read.stream().map(Report.Fact::of).toList();
        facts.forEach(fact -> all.add(fact.verdict()));
        return new Report(
                Report.SCHEMA,
                UUID.randomUUID(),
                instance,
                Report.worst(all),
                started,
                Chain.now(),
                Report.Host.here(),
                pairs.scope(),
                pairs.ring().stream()
                        .map(s -> new Report.Tenant(
                                s.id(), s.name(), s.slot(), s.profile().name().toLowerCase(Locale.ROOT)))
                        .toList(),
                new Report.Summary(
                        count(verdicts, Report.Verdict.passed),
                        count(verdicts, Report.Verdict.failed),
                        count(verdicts, Report.Verdict.inconclusive),
                        count(verdicts, Report.Verdict.notApplicable)),
                Vectors.ALL,
                cells,
                facts,
                read.stream().flatMap(outcome -> outcome.findings().stream()).toList(),
                controls,
                Report.CLAIMS,
                Report.NOT_CLAIMED);
    }

    private static int count(List<Report.Verdict> verdicts, Report.Verdict verdict) {
        return (int) verdicts.stream().filter(verdict::equals).count();
    }
}
