package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.linux.Errno;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Mounts;
import org.cloister.agent.linux.SyscallException;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.Usage;

/**
 * Files in which a tenant finds the machine that it has: its memory, processors, load, limits. They lie on a small file
 * system of memory, one a tenant, mounted on the host where root alone can look, and shown in the tenant read-only: over
 * files of its /proc, as its /sys, and at /run/cloister.
 *
 * <p>Nothing of root's runs when a tenant reads. (lxcfs, which is made for this, is a daemon of root's behind FUSE that
 * every tenant talks to and whose end breaks ps and free in all of them.) While no agent runs the figures stand still.
 *
 * <p>A file is written over in place, whole, in one pwrite(2): its inode is what the tenant's mount holds on to, and a
 * reader never finds it empty or half as long. A read at that very moment may get some figures of this second and some of
 * the last. A length changes only with the number of processors.
 */
final class Views {

    private static final long FLAGS = Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NODEV | Mounts.MOUNT_ATTR_NOEXEC;
    private static final String SUFFIX = ".views";
    private static final String CPUS = "sys/devices/system/cpu/";
    private static final Pattern BOOT = Pattern.compile("(?m)^btime (\\d{1,12})$");

    /** Where programs look, and what they take for a machine without such things. */
    private static final List<String> EMPTY = List.of(
            ProcSteps.MASKS + "/directory",
            ProcSteps.BARE,
            "sys/fs/cgroup",
            "sys/class/net",
            "sys/block",
            "sys/bus",
            "sys/dev/block",
            "sys/dev/char",
            "sys/module");

    /** How much of a tenant is looked through for its load; what is beyond is taken to be like it. */
    private static final int TASKS = 256;

    /** What is known of a tenant from one look to the next. */
    private static final class Shown {
        private final Map<String, byte[]> written = new HashMap<>();
        private final long bootSecond;
        private final LoadAverage load;
        private int processors;
        private long loadedAt;
        private long cpuMicros;
        private Rates rates;

        Shown(long bootSecond, LoadAverage load) {
            this.bootSecond = bootSecond;
            this.load = load;
        }
    }

    private final Path run;
    private final Cgroups cgroups;
    private final MachineFacts machine;
    private final Map<Integer, Shown> shown = new HashMap<>();

    /** @param run a root-owned 0700 directory */
    Views(Path run, Cgroups cgroups) throws IOException {
        this.run = run;
        this.cgroups = cgroups;
        this.machine = MachineFacts.read();
    }

    Path at(Slot slot) {
        return run.resolve(slot.link() + SUFFIX);
    }

    boolean has(Slot slot) {
        return Files.exists(at(slot));
    }

    /** Slots that have views, by their number. */
    Set<Integer> slots() throws IOException {
        Set<Integer> slots = new HashSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(run, "ct*" + SUFFIX)) {
            for (Path each : all)
                slots.add(Integer.parseInt(each.getFileName().toString().replaceAll("\\D", "")));
        }
        return slots;
    }

    /** Makes them anew, with what is so before anything runs. */
    synchronized void make(TenantSpec spec, Slot slot) throws IOException {
        remove(slot);
        Path at = Files.createDirectory(at(slot));
        // 4 MB are 2,000 processors in cpuinfo; what is used are some ten pages.
        Mount files = new Mount.Memory("tmpfs", Map.of("mode", "755", "size", "4m", "nr_inodes", "20k"), FLAGS);
        try (Fd mount = files.open(null)) {
            Mounts.moveMount(mount, at.toString());
        }
        for (String directory : EMPTY) Files.createDirectories(at.resolve(directory));
        Shown now = new Shown(System.currentTimeMillis() / 1000, new LoadAverage());
        shown.put(slot.number(), now);
        Map<String, String> texts = texts(spec, slot, now);
        texts.putAll(machine.unchanging());
        texts.put(ProcSteps.MASKS + "/file", "");
        texts.put("proc/sys/kernel/random/boot_id", UUID.randomUUID() + "\n");
        texts.put("limits", ViewText.limits(spec.limits(), Map.of(), limit -> 0));
        for (var text : texts.entrySet()) write(at, now, text.getKey(), text.getValue());
    }

    /** Idempotent. */
    synchronized void remove(Slot slot) throws IOException {
        shown.remove(slot.number());
        Path at = at(slot);
        if (!Files.exists(at)) return;
        try {
            Mounts.unmount(at.toString());
        } catch (SyscallException e) {
            if (e.errno() != Errno.EINVAL) throw e; // it was not mounted yet, or no longer
        }
        Files.delete(at);
    }

    /** Brings the figures up to date. A tenant that has none, since it just ended, is passed over. */
    synchronized void refresh(TenantSpec spec, Slot slot, Usage used) throws IOException {
        if (!has(slot)) return;
        Shown now = shown.get(slot.number());
        if (now == null) shown.put(slot.number(), now = recover(slot));
        Map<String, String> texts = texts(spec, slot, now);
        now.rates = Rates.since(now.rates, used);
        texts.put("limits", ViewText.limits(spec.limits(), now.rates.used(), used::hits));
        for (var text : texts.entrySet()) write(at(slot), now, text.getKey(), text.getValue());
    }

    /** What an agent before this one wrote. */
    private Shown recover(Slot slot) throws IOException {
        Matcher boot = BOOT.matcher(Files.readString(at(slot).resolve("proc/stat")));
        Shown now = new Shown(
                boot.find() ? Long.parseLong(boot.group(1)) : System.currentTimeMillis() / 1000,
                LoadAverage.parse(Files.readString(at(slot).resolve("proc/loadavg"))));
        now.processors = machine.processors(); // at most, so that what is too much is dropped
        return now;
    }

    private Map<String, String> texts(TenantSpec spec, Slot slot, Shown now) throws IOException {
        var figures = cgroups.figures(slot.cgroup());
        int processors = ViewText.processors(spec.limits(), machine.processors());
        look(slot, now, figures.userMicros() + figures.systemMicros(), figures.tasks());
        Map<String, String> texts = new HashMap<>();
        texts.put("proc/meminfo", ViewText.meminfo(figures, spec.limits(), machine.memory(), machine.swap()));
        texts.put(
                "proc/stat",
                ViewText.stat(figures, processors, now.bootSecond, System.currentTimeMillis() / 1000, now.load));
        texts.put("proc/loadavg", ViewText.loadavg(now.load, figures.tasks()));
        if (now.processors != processors) {
            for (int gone = processors; gone < now.processors; gone++) drop(at(slot).resolve(CPUS + "cpu" + gone));
            texts.put("proc/cpuinfo", ViewText.cpuinfo(machine.cpuinfo(), processors));
            ViewText.topology(processors).forEach((name, text) -> texts.put(CPUS + name, text));
            now.processors = processors;
        }
        return texts;
    }

    /** Every five seconds. Who used no CPU since is taken to have done nothing, which keeps a thousand idle ones cheap. */
    private void look(Slot slot, Shown now, long cpuMicros, long tasks) throws IOException {
        long second = System.nanoTime() / 1_000_000_000;
        if (now.loadedAt == 0) now.loadedAt = second;
        long periods = (second - now.loadedAt) / LoadAverage.PERIOD_SECONDS;
        if (periods == 0) return;
        long running = 0;
        long blocked = 0;
        if (cpuMicros != now.cpuMicros) {
            List<Integer> threads = cgroups.threads(slot.cgroup(), TASKS);
            for (int thread : threads) {
                char state = ProcFiles.state(thread);
                if (state == 'R') running++;
                if (state == 'D') blocked++;
            }
            if (tasks > threads.size() && !threads.isEmpty()) {
                running = running * tasks / threads.size();
                blocked = blocked * tasks / threads.size();
            }
        }
        now.load.add(running, blocked, periods);
        now.cpuMicros = cpuMicros;
        now.loadedAt += periods * LoadAverage.PERIOD_SECONDS;
    }

    private static void write(Path at, Shown now, String name, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        byte[] before = now.written.put(name, bytes);
        if (Arrays.equals(before, bytes)) return;
        Path path = at.resolve(name);
        if (before == null) Files.createDirectories(path.getParent());
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            if (file.size() > bytes.length) file.truncate(bytes.length);
        }
    }

    private static void drop(Path directory) throws IOException {
        if (!Files.exists(directory)) return;
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
        }
    }
}
