package org.cloister.agent.fact;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.sandbox.MountLine;
import org.cloister.agent.sandbox.Tenants.Living;

/**
 * What the processes of a tenant hold open (proc_pid_fd(5)). A path says little, since it is shown as its reader sees it;
 * the mount that a descriptor was opened on says whose it is (mnt_id in proc_pid_fdinfo(5)).
 */
final class DescriptorsFact implements Fact {

    /** Of one tenant; how many it may have is its own business, how long an audit takes is not. */
    private static final int MOST = 50_000;

    private static final Pattern NAMESPACE = Pattern.compile("(\\w+):\\[(\\d+)]");

    /** The number of /dev/null as st_rdev shows it. */
    private static final int NULL = 0x103;

    /** How memfd_secret(2) and memfd_create(2) name what they make; of large pages it lies on a mount of its own. */
    private static final Set<String> MEMORY = Set.of("/secretmem", "/memfd");

    /** SECRETMEM_MAGIC and HUGETLBFS_MAGIC (linux/magic.h). */
    private static final Set<Long> KERNELS = Set.of(0x5345434dL, 0x958458f6L);

    @Override
    public String name() {
        return "descriptors";
    }

    @Override
    public String says() {
        return "No process of a tenant holds a file, a directory or a namespace open that is not the tenant's.";
    }

    @Override
    public long look(Moment moment, Findings findings) throws IOException {
        long looked = 0;
        int memory;
        try (Fd sealed = Linux.sealedProgram(new byte[] {0})) {
            memory = mount(Path.of("/proc/self/fdinfo", Integer.toString(sealed.number())));
        }
        for (Living tenant : moment.tenants()) {
            Set<Integer> own = mounts(moment, tenant.pid());
            own.add(memory); // programs of ours and the tenant's own memory files
            long mine = 0;
            for (Seen process : moment.touching(tenant)) {
                Set<Integer> its = own;
                if (!moment.of(tenant)
                        .getOrDefault("mnt", 0L)
                        .equals(process.namespaces().get("mnt"))) {
                    its = mounts(moment, process.pid()); // NamespacesFact says whether it may have one of its own
                    its.addAll(own);
                }
                mine += process(moment, tenant, process, its, findings, MOST - mine);
            }
            looked += mine;
            if (mine >= MOST)
                throw new IOException(tenant.spec().name() + " has more than " + MOST + " descriptors open");
        }
        return looked;
    }

    private static Set<Integer> mounts(Moment moment, int pid) throws IOException {
        Set<Integer> ids = new HashSet<>();
        for (MountLine line : moment.mounts(pid)) ids.add(line.id());
        return ids;
    }

    private static long process(
            Moment moment, Living tenant, Seen process, Set<Integer> own, Findings findings, long most)
            throws IOException {
        Path proc = Path.of("/proc", Integer.toString(process.pid()));
        for (String link : List.of("cwd", "root", "exe"))
            try (Fd opened = Linux.open(proc.resolve(link).toString(), Linux.O_PATH)) {
                if (!own.contains(mount(Path.of("/proc/self/fdinfo", Integer.toString(opened.number()))))
                        && !(link.equals("exe") && process.pid() == tenant.pid())) // tenant-init is the host's program
                findings.add(
                            tenant.spec().name(),
                            link + " of " + process.words(),
                            "the tenant's",
                            target(proc.resolve(link)));
            } catch (IOException e) {
                // it ends
            }
        long looked = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(proc.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (++looked > most) return looked;
                descriptor(moment, tenant, process, descriptor, own, findings);
            }
        } catch (FileSystemException | DirectoryIteratorException e) {
            // it ends
        }
        return looked;
    }

    private static void descriptor(
            Moment moment, Living tenant, Seen process, Path descriptor, Set<Integer> own, Findings findings)
            throws IOException {
        String target = target(descriptor);
        String what = "descriptor " + descriptor.getFileName() + " of " + process.words();
        Matcher namespace = NAMESPACE.matcher(target);
        if (target.startsWith("/")) {
            Path info = descriptor.getParent().resolveSibling("fdinfo").resolve(descriptor.getFileName());
            int mount = mount(info);
            if (mount < 0 || own.contains(mount)) return;
            if (process.pid() == tenant.pid() && isNull(descriptor)) return; // which pid 1 shows to nobody
            if (MEMORY.contains(target.split("[: ]")[0]) && isMemory(descriptor)) return;
            findings.add(tenant.spec().name(), what, "a file of the tenant's", target);
        } else if (namespace.matches() && moment.host().containsKey(namespace.group(1))) {
            String kind = namespace.group(1);
            Long inode = Long.valueOf(namespace.group(2));
            if (inode.equals(moment.of(tenant).get(kind))) return;
            String owner = moment.owner(kind, inode);
            if (!owner.startsWith("one that is no tenant's"))
                findings.add(tenant.spec().name(), what, "the tenant's own", owner);
        }
    }

    /** Of file systems that the kernel keeps for itself: nobody can mount one, and so nothing of anybody's is on it. */
    private static boolean isMemory(Path descriptor) {
        try {
            return KERNELS.contains(Linux.fileSystemType(descriptor.toString()));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isNull(Path descriptor) {
        try {
            return ((Number) Files.getAttribute(descriptor, "unix:rdev")).longValue() == NULL;
        } catch (IOException e) {
            return false;
        }
    }

    /** As readlink(2) gives it; empty where it has just been closed. */
    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** The id of the mount; -1 where the descriptor has just been closed. */
    private static int mount(Path fdinfo) throws IOException {
        try {
            for (String line : Files.readString(fdinfo).lines().toList())
                if (line.startsWith("mnt_id:"))
                    return Integer.parseInt(line.substring("mnt_id:".length()).strip());
        } catch (FileSystemException e) {
            return -1;
        }
        return -1;
    }
}
