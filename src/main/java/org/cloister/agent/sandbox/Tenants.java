package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.cgroup.InUseException;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.network.Network;
import org.cloister.agent.storage.Pool;
import org.cloister.agent.storage.Templates;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.TenantSpec.Desired;
import org.cloister.protocol.TenantState;
import org.cloister.protocol.Usage;

/**
 * Every tenant of this instance, as it should be and as it is. {@link #apply} closes the difference, from whatever a
 * crash, a reboot or an earlier failure left; one worker at a time per tenant.
 */
public final class Tenants {

    /** All that a process of a tenant may hold, as bits (capabilities(7)). */
    public static final long CAPABILITIES = SandboxPlan.CAPABILITIES;

    private static final System.Logger LOG = System.getLogger(Tenants.class.getName());

    private final Ledger ledger;
    private final Pool pool;
    private final Templates templates;
    private final Cgroups cgroups;
    private final Network network;
    private final Launcher launcher;
    private final Set<Integer> slots;
    private final Census census = new Census();
    private final ConcurrentHashMap<UUID, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, UUID> owners = new ConcurrentHashMap<>();
    private final Instruments instruments;

    /** Those that were brought to run, so that whoever looks at them every second reads no ledger. */
    private final ConcurrentHashMap<UUID, Ledger.Entry> live = new ConcurrentHashMap<>();

    /**
     * @param home a root-owned 0700 directory for what is remembered
     * @param run the same for sockets
     * @param filters the compiled seccomp profiles
     * @param slots that this instance may use
     */
    public Tenants(
            Path home,
            Path run,
            Path tenantInit,
            Pool pool,
            Templates templates,
            Cgroups cgroups,
            Network network,
            Map<TenantSpec.Profile, byte[]> filters,
            Set<Integer> slots)
            throws IOException {
        this.ledger = new Ledger(home);
        this.pool = pool;
        this.templates = templates;
        this.cgroups = cgroups;
        this.network = network;
        this.slots = slots;
        Views views = new Views(run, cgroups);
        this.launcher = new Launcher(tenantInit, run, cgroups, network, views, filters);
        this.instruments = new Instruments(run, cgroups, pool, network, views);
    }

    /**
     * After a start of the agent or the machine: closes the network for all that should be, and removes what runs without
     * a specification. Storage that none explains is kept and told: it is somebody's, and the ledger may be what was lost.
     *
     * @return the tenants to bring back
     */
    public List<TenantSpec> take() throws IOException {
        List<Ledger.Entry> entries = ledger.all();
        Set<UUID> tenants = new HashSet<>();
        Map<Slot, Limits> links = new LinkedHashMap<>();
        for (Ledger.Entry entry : entries) {
            Slot slot = new Slot(entry.spec().slot());
            owners.put(slot.number(), entry.spec().id());
            tenants.add(entry.spec().id());
            links.put(slot, entry.spec().limits());
        }
        network.load(links);
        for (Slot slot : launcher.remains()) if (!links.containsKey(slot)) launcher.tearDown(slot);
        for (UUID owner : pool.owners())
            if (!tenants.contains(owner))
                LOG.log(System.Logger.Level.WARNING, "storage of {0}, which no specification explains, is kept", owner);
        return entries.stream().map(Ledger.Entry::spec).toList();
    }

    /** Brings these back, a few at a time. One that fails is told by its state. */
    public void bringBack(List<TenantSpec> specs) {
        try (ExecutorService workers = Executors.newFixedThreadPool(4)) {
            for (TenantSpec spec : specs)
                workers.execute(() -> {
                    try {
                        apply(ledger.read(spec.id()).map(Ledger.Entry::spec).orElse(spec), progress -> {});
                    } catch (IOException | Refusal e) {
                        LOG.log(System.Logger.Level.ERROR, spec.name() + ": " + e.getMessage());
                    }
                });
        }
    }

    /** Whether any tenant is remembered. */
    public boolean any() throws IOException {
        return !ledger.all().isEmpty();
    }

    /** Closes the network again, should somebody have flushed the machine's rules. */
    public void guardNetwork() throws IOException {
        network.ensure();
    }

    public TenantState apply(TenantSpec spec, Consumer<Reply.Progress> progress) throws IOException, Refusal {
        if (!slots.contains(spec.slot()))
            throw new Refusal(Reply.Reason.INVALID, "Slot " + spec.slot() + " is not one of this instance's.");
        return alone(spec.id(), () -> {
            Optional<Ledger.Entry> before = ledger.read(spec.id());
            if (before.isPresent() && before.get().spec().slot() != spec.slot())
                throw new Refusal(
                        Reply.Reason.CONFLICT,
                        "A tenant keeps its slot " + before.get().spec().slot() + " for life.");
            UUID owner = owners.putIfAbsent(spec.slot(), spec.id());
            if (owner != null && !owner.equals(spec.id()))
                throw new Refusal(Reply.Reason.CONFLICT, "Slot " + spec.slot() + " belongs to another tenant.");
            if (before.isEmpty() && !templates.has(spec.template())) {
                owners.remove(spec.slot(), spec.id());
                throw new Refusal(
                        Reply.Reason.UNKNOWN, "There is no template " + spec.template() + " yet. Build it first.");
            }
            return closeDifference(spec, before, progress);
        });
    }

    private TenantState closeDifference(
            TenantSpec spec, Optional<Ledger.Entry> before, Consumer<Reply.Progress> progress) throws IOException {
        try {
            return reconcile(spec, before.map(Ledger.Entry::sandbox).orElse(null), progress);
        } catch (IOException | RuntimeException e) {
            if (before.isEmpty() && !pool.holds(spec.id())) {
                ledger.forget(spec.id()); // the root was not made, so nothing is left of this tenant
                owners.remove(spec.slot(), spec.id());
            } else { // a sandbox that this very apply launched is in the ledger already
                Sandbox sandbox =
                        ledger.read(spec.id()).map(Ledger.Entry::sandbox).orElse(null);
                ledger.write(new Ledger.Entry(spec, sandbox, e.getMessage()));
            }
            throw e;
        }
    }

    /**
     * Does the work while nothing of the tenant's runs, and makes it afterwards what its specification says, also where
     * the work failed. Called {@linkplain #alone alone}.
     */
    TenantState whileEnded(UUID tenant, Work<?> work, Consumer<Reply.Progress> progress) throws IOException, Refusal {
        Ledger.Entry entry = entry(tenant);
        progress.accept(new Reply.Progress("stop", 5, "Ending what runs"));
        live.remove(tenant);
        launcher.tearDown(new Slot(entry.spec().slot()));
        try {
            work.run();
        } catch (IOException | Refusal | RuntimeException e) {
            closeDifference(entry.spec(), Optional.of(entry), progress);
            throw e;
        }
        return closeDifference(entry.spec(), Optional.of(entry), progress);
    }

    private TenantState reconcile(TenantSpec spec, Sandbox sandbox, Consumer<Reply.Progress> progress)
            throws IOException {
        Slot slot = new Slot(spec.slot());
        ledger.write(new Ledger.Entry(spec, sandbox, null));
        progress.accept(new Reply.Progress("root", 10, "Root file system, a snapshot of " + spec.template()));
        pool.create(
                spec.id(),
                slot,
                spec.name(),
                Network.resolvConf(),
                templates.tree(spec.template()),
                spec.limits().of(Limit.DISK));
        pool.quota(slot, spec.limits().of(Limit.DISK));
        boolean alive = sandbox != null && sandbox.alive();
        String refused = null;
        if (spec.desired() == Desired.STOPPED || !alive || sandbox.generation() != spec.generation()) {
            if (alive || launcher.remains().contains(slot)) {
                progress.accept(new Reply.Progress("stop", 30, "Ending what runs"));
                live.remove(spec.id());
                if (alive) end(spec, sandbox);
                launcher.tearDown(slot);
            }
            alive = false;
        }
        if (spec.desired() != Desired.STOPPED) {
            if (alive) {
                refused = limit(slot, spec);
                Terminals.limit(sandbox, slot, spec.limits());
                try (Fd net = Linux.open("/proc/" + sandbox.pid() + "/ns/net", Linux.O_RDONLY)) {
                    if (sandbox.alive()) network.limit(slot, spec.limits(), net); // else the pid may be another's
                }
            } else {
                progress.accept(new Reply.Progress("launch", 50, "Namespaces, limits, mounts and link"));
                instruments.begin(slot);
                sandbox = launcher.launch(spec, pool.root(spec.id()));
                // Before it is written down: one that a crash leaves without its services is launched anew.
                Services.start(spec, commands(slot, sandbox));
                ledger.write(new Ledger.Entry(spec, sandbox, null));
            }
            boolean frozen = spec.desired() == Desired.FROZEN;
            if (cgroups.frozen(slot.cgroup()) != frozen) cgroups.freeze(slot.cgroup(), frozen);
            live.put(spec.id(), new Ledger.Entry(spec, sandbox, refused));
            if (refused != null) ledger.write(new Ledger.Entry(spec, sandbox, refused));
        }
        progress.accept(new Reply.Progress("ready", 100, "Done"));
        return observe(new Ledger.Entry(spec, sandbox, refused));
    }

    /**
     * Limits that cannot be had now are not the tenant's failure: it runs on under the former ones, its state says why, and
     * the next apply tries again.
     *
     * @return why not; null when they hold
     */
    private String limit(Slot slot, TenantSpec spec) throws IOException {
        try {
            cgroups.limit(slot.cgroup(), spec.limits());
            return null;
        } catch (InUseException e) {
            return e.getMessage();
        }
    }

    /** Lets what runs end by itself, for some seconds. A frozen tenant stays as it is: thawed, it would run once more. */
    private void end(TenantSpec spec, Sandbox sandbox) throws IOException {
        Slot slot = new Slot(spec.slot());
        if (!cgroups.frozen(slot.cgroup())) Services.stop(spec, commands(slot, sandbox));
    }

    /** Stops the tenant, scrubs its storage and forgets it. Idempotent. */
    public void remove(UUID tenant) throws IOException, Refusal {
        alone(tenant, () -> {
            Optional<Ledger.Entry> entry = ledger.read(tenant);
            if (entry.isEmpty()) return null;
            Slot slot = new Slot(entry.get().spec().slot());
            live.remove(tenant);
            launcher.tearDown(slot);
            instruments.forget(slot);
            pool.remove(tenant, slot);
            ledger.forget(tenant);
            owners.remove(slot.number(), tenant);
            return null;
        });
    }

    /** Kills what runs in the tenant, asking nobody there, and launches it anew. */
    public void relaunch(UUID tenant) throws IOException, Refusal {
        alone(tenant, () -> whileEnded(tenant, () -> null, progress -> {}));
    }

    /** Tenants whose sandbox lives, frozen ones among them. */
    List<Ledger.Entry> running() throws IOException {
        List<Ledger.Entry> running = new ArrayList<>();
        for (Ledger.Entry entry : live.values()) if (entry.sandbox().alive()) running.add(entry);
        return running;
    }

    /** A tenant that runs. @param pid of its pid 1 as the host counts, {@code startTicks} its start */
    public record Living(TenantSpec spec, int pid, long startTicks) {}

    /** Every tenant that runs, as it should be now. */
    public List<Living> living() throws IOException {
        List<Living> living = new ArrayList<>();
        for (Ledger.Entry entry : ledger.all())
            if (entry.sandbox() != null && entry.sandbox().alive())
                living.add(new Living(
                        entry.spec(), entry.sandbox().pid(), entry.sandbox().startTicks()));
        return living;
    }

    /** Of every tenant that is remembered, running or not. */
    public List<TenantSpec> specs() throws IOException {
        return ledger.all().stream().map(Ledger.Entry::spec).toList();
    }

    /** Slots of which anything is left in the kernel, with and without a tenant. */
    public Set<Slot> remains() throws IOException {
        return launcher.remains();
    }

    /** The file systems that each tenant is to see, whatever it does see, on the machine as it is now. */
    public Function<TenantSpec, List<MountTable.Line>> mounts() throws IOException {
        List<ProcSteps.Entry> machine = launcher.machine();
        return spec ->
                MountTable.of(launcher.plan(spec, pool.root(spec.id()), machine), pool.mount(), new Slot(spec.slot()));
    }

    /** What looks at the running tenants all the time. */
    public Watch watch() {
        return new Watch(this, instruments);
    }

    public List<TenantState> states() throws IOException {
        List<TenantState> states = new ArrayList<>();
        for (Ledger.Entry entry : ledger.all()) states.add(observe(entry));
        return states;
    }

    public Usage measure(UUID tenant) throws IOException, Refusal {
        return instruments.read(entry(tenant).spec(), live.get(tenant));
    }

    public Inspection inspect(UUID tenant) throws IOException, Refusal {
        Running running = running(tenant);
        int pid = running.sandbox().pid();
        List<Integer> pids = cgroups.processes(running.slot().cgroup());
        return new Inspection(
                pid,
                running.sandbox().launchedAt(),
                running.sandbox().launchMicros(),
                ProcFiles.namespaces(pid),
                ProcFiles.lines(pid, "uid_map"),
                ProcFiles.lines(pid, "gid_map"),
                ProcFiles.lines(pid, "cgroup"),
                mounted(pid),
                pids.size(),
                census.of(running.slot(), pids));
    }

    private static List<Inspection.Mount> mounted(int pid) throws IOException {
        return MountLine.of(pid).stream()
                .map(line -> new Inspection.Mount(
                        line.at(), line.type(), line.root(), MountLine.words(line.attributes()), line.options()))
                .toList();
    }

    /** By kind, of every tenant that runs; one that ends meanwhile is left out. */
    public Map<UUID, Map<String, Long>> namespaces() throws IOException {
        Map<UUID, Map<String, Long>> namespaces = new LinkedHashMap<>();
        for (Living tenant : living()) {
            Map<String, Long> own = ProcFiles.namespaces(tenant.pid());
            if (!own.isEmpty()) namespaces.put(tenant.spec().id(), own);
        }
        return namespaces;
    }

    /**
     * A process of a running tenant's, as the host counts; empty where there is none.
     *
     * @param inside its number in the tenant
     */
    public OptionalInt process(UUID tenant, int inside) throws IOException, Refusal {
        for (int pid : cgroups.processes(running(tenant).slot().cgroup()))
            if (ProcFiles.numberInside(pid) == inside) return OptionalInt.of(pid);
        return OptionalInt.empty();
    }

    /** A tenant that runs and is not frozen, where commands can be started. */
    public Commands commands(UUID tenant) throws IOException, Refusal {
        Running running = running(tenant);
        if (cgroups.frozen(running.slot().cgroup()))
            throw new Refusal(Reply.Reason.CONFLICT, running.spec().name() + " is frozen. Thaw it first.");
        return commands(running.slot(), running.sandbox());
    }

    private Commands commands(Slot slot, Sandbox sandbox) {
        return new Commands(slot, sandbox, launcher.socket(slot), cgroups);
    }

    /** Of every tenant that is remembered, running or not. */
    public List<Limits> limits() throws IOException {
        return specs().stream().map(TenantSpec::limits).toList();
    }

    /** Whether this one is remembered. */
    public boolean has(UUID tenant) throws IOException {
        return ledger.read(tenant).isPresent();
    }

    public TenantSpec spec(UUID tenant) throws IOException, Refusal {
        return entry(tenant).spec();
    }

    public Path root(UUID tenant) {
        return pool.root(tenant);
    }

    /**
     * Lets every tenant's programs end by themselves, side by side, so that all of them together take little longer than
     * one. {@link #stopAll} comes after it.
     */
    public void endAll() throws IOException {
        try (ExecutorService workers = Executors.newFixedThreadPool(64)) {
            for (Ledger.Entry entry : ledger.all())
                if (entry.sandbox() != null && entry.sandbox().alive())
                    workers.submit(() -> {
                        end(entry.spec(), entry.sandbox());
                        return null;
                    });
        }
    }

    /**
     * Kills what runs in every tenant. Specifications stay as they are, so that the next start of the agent brings them
     * back.
     */
    public void stopAll() throws IOException {
        for (Slot slot : launcher.remains()) launcher.tearDown(slot);
    }

    private record Running(TenantSpec spec, Slot slot, Sandbox sandbox) {}

    private Running running(UUID tenant) throws IOException, Refusal {
        Ledger.Entry entry = live.get(tenant); // what was launched is known without the ledger
        if (entry == null || !entry.sandbox().alive()) entry = entry(tenant);
        if (entry.sandbox() == null || !entry.sandbox().alive())
            throw new Refusal(Reply.Reason.CONFLICT, entry.spec().name() + " does not run. Start it first.");
        return new Running(entry.spec(), new Slot(entry.spec().slot()), entry.sandbox());
    }

    private Ledger.Entry entry(UUID tenant) throws IOException, Refusal {
        return ledger.read(tenant).orElseThrow(() -> new Refusal(Reply.Reason.UNKNOWN, "There is no such tenant."));
    }

    private TenantState observe(Ledger.Entry entry) throws IOException {
        TenantSpec spec = entry.spec();
        Sandbox sandbox = entry.sandbox();
        if (sandbox == null || !sandbox.alive()) {
            boolean failed = spec.desired() != Desired.STOPPED;
            String failure = failed && entry.failure() == null ? "It ended by itself." : entry.failure();
            return new TenantState(
                    spec.id(),
                    spec.slot(),
                    failed ? TenantState.State.FAILED : TenantState.State.STOPPED,
                    0,
                    null,
                    0,
                    failed ? failure : null);
        }
        boolean frozen = cgroups.frozen(new Slot(spec.slot()).cgroup());
        return new TenantState(
                spec.id(),
                spec.slot(),
                frozen ? TenantState.State.FROZEN : TenantState.State.RUNNING,
                sandbox.pid(),
                sandbox.launchedAt(),
                sandbox.launchMicros(),
                entry.failure());
    }

    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException, Refusal;
    }

    /** One worker at a time per tenant. */
    <T> T alone(UUID tenant, Work<T> work) throws IOException, Refusal {
        ReentrantLock lock = locks.computeIfAbsent(tenant, id -> new ReentrantLock());
        lock.lock();
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }
}
