package org.cloister.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.chain.Anchor;
import org.cloister.agent.chain.Chain;
import org.cloister.agent.fact.Facts;
import org.cloister.agent.fact.Remains;
import org.cloister.agent.linux.Changes;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.SyscallNumbers;
import org.cloister.agent.neighbour.NeighbourTest;
import org.cloister.agent.network.Network;
import org.cloister.agent.proof.Audit;
import org.cloister.agent.proof.Deletion;
import org.cloister.agent.sandbox.History;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.seccomp.Filter;
import org.cloister.agent.seccomp.Profile;
import org.cloister.agent.seccomp.Rule;
import org.cloister.agent.storage.Pool;
import org.cloister.agent.storage.Snapshots;
import org.cloister.agent.storage.Templates;
import org.cloister.protocol.TenantSpec;

/** The agent's main program. Without arguments it serves; see {@link #main}. */
public final class Agent {

    /** When nothing is told of a change; whatever is told is looked at once it is quiet for a moment. */
    private static final int GUARD_MILLISECONDS = 5_000;

    private static final int SETTLE_MILLISECONDS = 20;

    private static final int LOCK_SECONDS = 10;

    private Agent() {}

    /**
     * {@code --stop-tenants} stops every tenant and ends; {@code --purge} stops them and removes every object of this
     * instance from the kernel and its pool from the disk.
     */
    public static void main(String[] arguments) {
        Instance instance = instance();
        try (FileChannel alone = alone(instance)) {
            String what = arguments.length == 0 ? "serve" : arguments[0];
            switch (what) {
                case "serve" -> serve(instance);
                case "--stop-tenants" -> stopTenants(parts(instance).tenants());
                case "--purge" -> purge(instance);
                default -> throw new IllegalArgumentException("unknown argument " + what);
            }
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("agent: " + e.getMessage());
            System.exit(1);
        }
    }

    private static Instance instance() {
        try {
            return Instance.of(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("agent: " + e.getMessage());
            System.exit(1);
            throw e;
        }
    }

    /** Two agents would undo each other's work. One that is ending is waited for; the kernel takes the lock from a dead one. */
    private static FileChannel alone(Instance instance) throws IOException {
        Files.createDirectories(instance.run());
        FileChannel file = FileChannel.open(
                instance.run().resolve("agent.lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        long end = System.nanoTime() + LOCK_SECONDS * 1_000_000_000L;
        while (file.tryLock() == null) {
            if (System.nanoTime() > end) {
                file.close();
                throw new IOException("another agent of this instance runs; ops/down ends it");
            }
            LockSupport.parkNanos(50_000_000);
        }
        return file;
    }

    private static void serve(Instance instance) throws IOException {
        Parts parts = parts(instance);
        long pool = instance.poolBytes() > 0
                ? instance.poolBytes()
                : Pool.usualBytes(Files.getFileStore(instance.home()).getUsableSpace());
        if (!parts.pool().exists() && parts.tenants().any())
            throw new IOException("There are tenants, and the pool that holds their files is missing: "
                    + instance.home().resolve("pool.img") + ". Bring it back; a new one would be empty.");
        parts.pool().open(pool);
        parts.cgroups().devices(parts.pool().devices());
        parts.chain().begin();
        try (Server server = Server.listen(instance, parts)) {
            var tenants = parts.tenants().take();
            Thread.ofPlatform().name("recovery").start(() -> parts.tenants().bringBack(tenants));
            Thread.ofPlatform().daemon().name("network").start(() -> guard(parts.tenants()));
            Thread.ofPlatform().daemon().name("watch").start(parts.tenants().watch()::run);
            for (String gap : parts.cgroups().missing()) System.err.println("agent: " + gap);
            System.out.println("agent: serving instance " + instance.name());
            server.run();
        }
    }

    /** A reload of the machine's own firewall may flush ours, and ways out of it come and go. */
    private static void guard(Tenants tenants) {
        while (true) {
            try (Changes changes = new Changes()) {
                while (true) {
                    if (changes.await(GUARD_MILLISECONDS)) Thread.sleep(SETTLE_MILLISECONDS);
                    tenants.guardNetwork();
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                System.err.println("agent: the network could not be checked: " + e.getMessage());
                LockSupport.parkNanos(1_000_000_000);
            }
        }
    }

    private static void stopTenants(Tenants tenants) throws IOException {
        tenants.endAll();
        tenants.stopAll();
    }

    private static void purge(Instance instance) throws IOException {
        Parts parts = parts(instance);
        parts.tenants().stopAll();
        parts.network().remove();
        parts.cgroups().remove();
        parts.pool().destroy();
    }

    /**
     * What the agent consists of.
     *
     * @param forwarder tenant-forward, sealed
     */
    record Parts(
            Pool pool,
            Templates templates,
            Cgroups cgroups,
            Network network,
            Tenants tenants,
            History history,
            Audit audit,
            NeighbourTest neighbourTest,
            Deletion deletion,
            Chain chain,
            Fd forwarder) {}

    private static Parts parts(Instance instance) throws IOException {
        Path home = guarded(instance.home().resolve("agent"));
        Path run = guarded(instance.run().resolve("tenants"));
        Pool pool =
                new Pool(instance.home().resolve("pool.img"), instance.home().resolve("pool"));
        Templates templates = new Templates(pool, instance.app().resolve("tenants/templates"), instance.mirror());
        Cgroups cgroups = Cgroups.of(instance.name());
        Network network = new Network(
                instance.name(), instance.firstSlot(), instance.lastSlot(), instance.run(), instance.open());
        Tenants tenants = new Tenants(
                home,
                run,
                instance.app().resolve("libexec/tenant-init"),
                pool,
                templates,
                cgroups,
                network,
                filters(instance.app().resolve("tenants/seccomp")),
                instance.slots());
        Facts facts = new Facts(
                instance.home(),
                instance.run(),
                instance.app(),
                instance.firstSlot(),
                instance.lastSlot(),
                tenants,
                cgroups,
                network,
                pool);
        Chain chain = new Chain(
                home, instance.home().resolve("keys/audit.signers"), instance.name(), new Anchor(instance.anchor()));
        Remains remains = new Remains(instance.home(), tenants, network, pool);
        Deletion deletion = new Deletion(instance.name(), home, tenants, remains, chain);
        Path probe = instance.app().resolve("libexec/tenant-probe");
        Audit audit = new Audit(
                instance.name(),
                probe,
                cleared(instance.run().resolve("audit")),
                tenants,
                templates,
                pool,
                facts,
                chain);
        NeighbourTest neighbourTest = new NeighbourTest(instance.name(), probe, tenants, pool, chain);
        Fd forwarder = Linux.sealedProgram(Files.readAllBytes(instance.app().resolve("libexec/tenant-forward")));
        History history = new History(tenants, new Snapshots(pool));
        return new Parts(
                pool, templates, cgroups, network, tenants, history, audit, neighbourTest, deletion, chain, forwarder);
    }

    /** A system call filter for each profile, compiled for this machine. What nesting adds comes before what is strict. */
    private static Map<TenantSpec.Profile, byte[]> filters(Path rules) throws IOException {
        List<Rule> strict = rules(rules.resolve("strict.rules"));
        List<Rule> nesting = new ArrayList<>(rules(rules.resolve("nesting.rules")));
        nesting.addAll(strict);
        return Map.of(TenantSpec.Profile.STRICT, compile(strict), TenantSpec.Profile.NESTING, compile(nesting));
    }

    private static byte[] compile(List<Rule> rules) {
        return Filter.compile(new Profile(rules), SyscallNumbers.architectures(), SyscallNumbers::number);
    }

    private static List<Rule> rules(Path file) throws IOException {
        try {
            return Profile.parse(Files.readString(file)).rules();
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ", " + e.getMessage(), e);
        }
    }

    /** A guarded directory without what a run left that was killed. */
    private static Path cleared(Path directory) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(guarded(directory))) {
            for (Path child : children) Files.delete(child);
        }
        return directory;
    }

    /** A directory that only root can look into. */
    private static Path guarded(Path directory) throws IOException {
        Files.createDirectories(directory);
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
}
