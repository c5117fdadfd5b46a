package org.cloister.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.cloister.agent.linux.Command;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.SyscallException;
import org.cloister.protocol.Slot;

/** The file system that holds everything of the tenants': a btrfs in a file, mounted nosuid and nodev. */
public final class Pool {

    /** _IOWR(BTRFS_IOCTL_MAGIC, 40, struct btrfs_ioctl_quota_ctl_args), linux/btrfs.h */
    private static final long BTRFS_IOC_QUOTA_CTL = 0xC0109428L;

    private static final long BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA = 4;
    private static final long BTRFS_SUPER_MAGIC = 0x9123683EL;

    private final Path image;
    private final Path mount;
    private final List<String> missing = new ArrayList<>();
    private volatile String uuid;

    public Pool(Path image, Path mount) {
        this.image = image;
        this.mount = mount;
    }

    /**
     * Makes the pool where there is none, mounts it where it is not, and switches simple quotas on. Idempotent.
     *
     * @param bytes the size of a new pool; the file is sparse
     */
    public void open(long bytes) throws IOException {
        Files.createDirectories(mount);
        if (!mounted()) {
            Files.setPosixFilePermissions(mount, PosixFilePermissions.fromString("rwx------"));
            if (!Files.exists(image)) format(bytes);
            Command.run(List.of(
                    "mount", "-t", "btrfs", "-o", "loop,nosuid,nodev,noatime", image.toString(), mount.toString()));
            Files.setPosixFilePermissions(mount, PosixFilePermissions.fromString("rwx------"));
        }
        Files.createDirectories(templates());
        Files.createDirectories(tenants());
        enableQuota();
        clearDrafts();
    }

    /** What a crash left of work that is begun anew when it is asked for again. */
    private void clearDrafts() throws IOException {
        List<Path> drafts = new ArrayList<>(children(mount.resolve("scratch")));
        for (Path child : children(templates())) if (child.toString().endsWith(".new")) drafts.add(child);
        for (Path draft : drafts)
            if (Files.isDirectory(draft)) deleteSubvolume(draft);
            else Files.delete(draft);
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) return List.of();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            List<Path> all = new ArrayList<>();
            children.forEach(all::add);
            return all;
        }
    }

    public List<String> missing() {
        return List.copyOf(missing);
    }

    public long totalBytes() throws IOException {
        return store().getTotalSpace();
    }

    public long freeBytes() throws IOException {
        return store().getUsableSpace();
    }

    public Path templates() {
        return mount.resolve("templates");
    }

    private Path tenants() {
        return mount.resolve("tenants");
    }

    /** The root file system of a tenant, there or not. */
    public Path root(UUID tenant) {
        return tenants().resolve(tenant.toString()).resolve("root");
    }

    /** Whether anything of the tenant's is stored, whole or half made. */
    public boolean holds(UUID tenant) {
        return Files.isDirectory(tenants().resolve(tenant.toString()));
    }

    /** Whether a pool was ever made. */
    public boolean exists() {
        return Files.exists(image);
    }

    /**
     * Makes the tenant's root file system as a snapshot of the template, unless it is there. What came before is undone
     * when a step fails.
     */
    public void create(UUID tenant, Slot slot, String hostname, String resolvConf, Path template, long diskBytes)
            throws IOException {
        Path root = root(tenant);
        if (Files.isDirectory(root)) return;
        if (!Files.isDirectory(template))
            throw new IOException("There is no template " + template.getFileName() + ". Build it first.");
        Path draft = root.resolveSibling("root.new");
        try {
            Files.createDirectories(root.getParent());
            Files.setPosixFilePermissions(root.getParent(), PosixFilePermissions.fromString("rwx------"));
            if (Files.isDirectory(draft)) deleteSubvolume(draft);
            quota(slot, diskBytes);
            btrfs("subvolume", "snapshot", "-i", slot.qgroup(), template.toString(), draft.toString());
            Files.writeString(fresh(draft.resolve("etc/hostname")), hostname + "\n");
            Files.writeString(fresh(draft.resolve("etc/hosts")), """
                    127.0.0.1 localhost
                    127.0.1.1 %s
                    ::1 localhost ip6-localhost ip6-loopback
                    """.formatted(hostname));
            Files.writeString(fresh(draft.resolve("etc/resolv.conf")), resolvConf);
            Files.move(draft, root);
        } catch (IOException | RuntimeException e) {
            try {
                remove(tenant, slot);
            } catch (IOException worse) {
                e.addSuppressed(worse);
            }
            throw e;
        }
    }

    /** Sets the limit of data and metadata of everything that the slot owns. */
    public void quota(Slot slot, long diskBytes) throws IOException {
        if (!missing.isEmpty()) return;
        if (!Files.isDirectory(sysfs(slot))) btrfs("qgroup", "create", slot.qgroup(), mount.toString());
        btrfs("qgroup", "limit", Long.toString(diskBytes), slot.qgroup(), mount.toString());
    }

    /** Bytes that the slot is billed for, 0 while it has none. */
    public long usedBytes(Slot slot) throws IOException {
        Path file = sysfs(slot).resolve("referenced");
        return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
    }

    /** Scrubs everything of the tenant: subvolumes, deepest first, and quota group. Idempotent. */
    public void remove(UUID tenant, Slot slot) throws IOException {
        Path home = tenants().resolve(tenant.toString());
        if (Files.isDirectory(home)) {
            for (Path child : children(home)) deleteSubvolume(child);
            Files.delete(home);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (Files.isDirectory(sysfs(slot))) {
            try {
                dissolve(slot);
            } catch (IOException e) {
                if (System.nanoTime() > end) throw e;
                pause();
            }
        }
    }

    /** Removes the slot's quota group; EBUSY until the last extent of its subvolumes is billed back. */
    private void dissolve(Slot slot) throws IOException {
        btrfs("filesystem", "sync", mount.toString()); // wakes the cleaner, which else waits for the next commit
        btrfs("subvolume", "sync", mount.toString());
        // A level-0 group goes with its subvolume, unless this kernel leaves it behind; only then can its parent go.
        for (String group :
                QgroupList.members(btrfs("qgroup", "show", "-pc", "--raw", mount.toString()), slot.qgroup()))
            if (Files.isDirectory(qgroup(group))) destroyLeft(group, slot);
        btrfs("qgroup", "destroy", slot.qgroup(), mount.toString());
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the removal was interrupted", e);
        }
    }

    private void destroyLeft(String group, Slot slot) throws IOException {
        try {
            btrfs("qgroup", "remove", group, slot.qgroup(), mount.toString());
            btrfs("qgroup", "destroy", group, mount.toString());
        } catch (IOException e) {
            if (Files.isDirectory(qgroup(group))) throw e; // else the cleaner came first
        }
    }

    /** Tenants that have storage here. */
    public List<UUID> owners() throws IOException {
        List<UUID> owners = new ArrayList<>();
        for (Path child : children(tenants()))
            owners.add(UUID.fromString(child.getFileName().toString()));
        return owners;
    }

    /** A writable copy of a template for a moment, no tenant's; closing it deletes it. */
    public Scratch scratch(Path template) throws IOException {
        Path tree = Files.createDirectories(mount.resolve("scratch"))
                .resolve(UUID.randomUUID().toString());
        btrfs("subvolume", "snapshot", template.toString(), tree.toString());
        return new Scratch(this, tree);
    }

    /** See {@link #scratch}. */
    public record Scratch(Pool pool, Path tree) implements java.io.Closeable {

        @Override
        public void close() throws IOException {
            pool.deleteSubvolume(tree);
        }
    }

    /** Unmounts the pool and deletes its file. */
    public void destroy() throws IOException {
        if (mounted()) Command.run(List.of("umount", mount.toString()));
        Files.deleteIfExists(image);
    }

    public boolean mounted() throws IOException {
        return Files.isDirectory(mount)
                && Linux.fileSystemType(mount.toString()) == BTRFS_SUPER_MAGIC
                && !Files.getFileStore(mount).equals(Files.getFileStore(mount.getParent()));
    }

    /** Deletes a subvolume and those that a tenant made inside it, deepest first. */
    void deleteSubvolume(Path subvolume) throws IOException {
        List<Path> nested = new ArrayList<>();
        Path relative = mount.relativize(subvolume);
        for (Path path : SubvolumeList.paths(btrfs("subvolume", "list", mount.toString())))
            if (path.startsWith(relative)) nested.add(path);
        nested.sort(Comparator.comparingInt(Path::getNameCount).reversed());
        for (Path path : nested)
            btrfs("subvolume", "delete", mount.resolve(path).toString());
    }

    static String btrfs(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("btrfs"));
        command.addAll(List.of(arguments));
        return Command.run(command);
    }

    private void format(long bytes) throws IOException {
        long room = Files.getFileStore(image.getParent()).getUsableSpace();
        if (room < (2L << 30))
            throw new IOException("There is not enough room for the pool in " + image.getParent() + ": " + (room >> 20)
                    + " MB are free, 2,048 are the least. Free some, or set CLOISTER_HOME to another disk.");
        Path draft = image.resolveSibling(image.getFileName() + ".new");
        Files.deleteIfExists(draft);
        Command.run(List.of("truncate", "-s", Long.toString(bytes), draft.toString()));
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
        Command.run(List.of("mkfs.btrfs", "-q", "-L", "cloister", draft.toString()));
        Files.move(draft, image);
    }

    private void enableQuota() throws IOException {
        missing.clear();
        if (Files.exists(sysfs().resolve("qgroups/mode"))
                && Files.readString(sysfs().resolve("qgroups/mode")).strip().equals("squota")) return;
        byte[] arguments = ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putLong(BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA)
                .array();
        try (Fd root = Linux.open(mount.toString(), Linux.O_RDONLY | Linux.O_DIRECTORY)) {
            Linux.ioctl(root, BTRFS_IOC_QUOTA_CTL, arguments);
        } catch (SyscallException e) {
            missing.add(
                    "This kernel has no simple btrfs quotas (Linux 6.7 or newer has): the disk limit of a plan does not bind.");
        }
    }

    private Path sysfs() throws IOException {
        if (uuid == null)
            uuid = Command.run(List.of("findmnt", "-n", "-o", "UUID", "--mountpoint", mount.toString()))
                    .strip();
        return Path.of("/sys/fs/btrfs", uuid);
    }

    private Path sysfs(Slot slot) throws IOException {
        return qgroup(slot.qgroup());
    }

    private Path qgroup(String name) throws IOException {
        return sysfs().resolve("qgroups").resolve(name.replace('/', '_'));
    }

    private FileStore store() throws IOException {
        return Files.getFileStore(mount);
    }

    /** A name in a tree that no tenant has touched yet, free to be written. */
    private static Path fresh(Path file) throws IOException {
        Files.deleteIfExists(file);
        return file;
    }
}
