package org.cloister.agent.storage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.cloister.agent.linux.Command;
import org.cloister.agent.linux.Linux;
import org.cloister.protocol.Slot;

/** The file system that holds everything of the tenants': a btrfs in a file, mounted nosuid and nodev. */
public final class Pool {

    private static final long BTRFS_SUPER_MAGIC = 0x9123683EL;

    private final Path image;
    private final Path mount;
    private final Quotas quotas;

    public Pool(Path image, Path mount) {
        this.image = image;
        this.mount = mount;
        this.quotas = new Quotas(mount);
    }

    /** Size of a pool for which none is named: half of what is free, or 4 GiB, but 1 GiB is left to the machine. */
    public static long usualBytes(long free) {
        return Math.min(Math.max(4L << 30, free / 2), Math.max(0, free - (1L << 30)));
    }

    /**
     * Makes the pool where there is none, mounts it where it is not, and switches simple quotas on. Idempotent.
     *
     * @param bytes the size of a new pool; the file is sparse
     */
    public void open(long bytes) throws IOException {
        Files.createDirectories(mount);
        if (!mounted()) {
            if (!Files.exists(image)) format(bytes);
            Command.run(List.of(
                    "mount", "-t", "btrfs", "-o", "loop,nosuid,nodev,noatime", image.toString(), mount.toString()));
        }
        Files.setPosixFilePermissions(mount, PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(templates());
        Files.createDirectories(tenants());
        quotas.enable();
        clearDrafts();
    }

    /** What a crash left of work that is begun anew when it is asked for again. */
    private void clearDrafts() throws IOException {
        List<Path> drafts = new ArrayList<>(children(mount.resolve("scratch")));
        for (Path child : children(templates())) if (child.toString().endsWith(".new")) drafts.add(child);
        for (UUID owner : owners()) {
            drafts.add(draft(owner));
            for (Path child : children(snapshots(owner)))
                if (child.toString().endsWith(".new")
                        || Files.isDirectory(child)
                                && !Files.exists(child.resolveSibling(child.getFileName() + ".json")))
                    drafts.add(child);
        }
        for (Path draft : drafts)
            if (Files.isDirectory(draft)) deleteSubvolume(draft);
            else Files.deleteIfExists(draft);
    }

    static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) return List.of();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            List<Path> all = new ArrayList<>();
            children.forEach(all::add);
            return all;
        }
    }

    public List<String> missing() {
        return quotas.missing() == null ? List.of() : List.of(quotas.missing());
    }

    public long totalBytes() throws IOException {
        return store().getTotalSpace();
    }

    public long freeBytes() throws IOException {
        return store().getUsableSpace();
    }

    /** The block devices under the pool as MAJOR:MINOR, whole disks: I/O rates are for these (cgroup-v2.rst, io.max). */
    public List<String> devices() throws IOException {
        List<String> devices = new ArrayList<>();
        for (Path link : children(quotas.sysfs().resolve("devices"))) {
            Path device = link.toRealPath();
            if (Files.exists(device.resolve("partition"))) device = device.getParent();
            devices.add(Files.readString(device.resolve("dev")).strip());
        }
        return devices;
    }

    /** Where it is mounted. */
    public Path mount() {
        return mount;
    }

    /** As the kernel has it: bytes of data and metadata that all of the slot's may take; -1 for no limit. */
    public long limitBytes(Slot slot) throws IOException {
        return quotas.limit(slot);
    }

    /** Why the disk limit does not bind; null where it does. */
    public String quotaFault() throws IOException {
        return quotas.fault();
    }

    public Path templates() {
        return mount.resolve("templates");
    }

    private Path tenants() {
        return mount.resolve("tenants");
    }

    /** Where everything of one tenant's is, below a directory that only root may enter. */
    public Path home(UUID tenant) {
        return tenants().resolve(tenant.toString());
    }

    /** The root file system of a tenant, there or not. */
    public Path root(UUID tenant) {
        return home(tenant).resolve("root");
    }

    /** A root that is being made, or one that was and is being deleted. */
    Path draft(UUID tenant) {
        return home(tenant).resolve("root.new");
    }

    Path snapshots(UUID tenant) {
        return home(tenant).resolve("snapshots");
    }

    /** Whether anything of the tenant's is stored, whole or half made. */
    public boolean holds(UUID tenant) {
        return Files.isDirectory(home(tenant));
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
        Path draft = draft(tenant);
        try {
            Files.createDirectories(home(tenant));
            Files.setPosixFilePermissions(home(tenant), PosixFilePermissions.fromString("rwx------"));
            deleteSubvolume(draft);
            quota(slot, diskBytes);
            snapshot(template, draft, slot, false);
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

    /** A copy of a subvolume, billed to the slot from now on. */
    void snapshot(Path from, Path to, Slot slot, boolean readOnly) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("subvolume", "snapshot"));
        if (readOnly) arguments.add("-r");
        arguments.addAll(quotas.billedTo(slot));
        arguments.addAll(List.of(from.toString(), to.toString()));
        btrfs(arguments.toArray(String[]::new));
    }

    /** Sets the limit of data and metadata of everything that the slot owns. */
    public void quota(Slot slot, long diskBytes) throws IOException {
        quotas.limit(slot, diskBytes);
    }

    /** Bytes that the slot is billed for, 0 while it has none. */
    public long usedBytes(Slot slot) throws IOException {
        return quotas.used(slot);
    }

    void sweep(Slot slot) throws IOException {
        quotas.sweep(slot);
    }

    /** Scrubs everything of the tenant: subvolumes, deepest first, and quota group. Idempotent. */
    public void remove(UUID tenant, Slot slot) throws IOException {
        Path home = home(tenant);
        deleteSubvolume(home); // all below it: what is left are directories and notes of ours
        for (Path left : children(snapshots(tenant))) Files.delete(left);
        Files.deleteIfExists(snapshots(tenant));
        Files.deleteIfExists(home);
        quotas.remove(slot);
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

    /** Deletes the subvolumes at and below a path, deepest first. Idempotent. */
    void deleteSubvolume(Path subvolume) throws IOException {
        if (!Files.isDirectory(subvolume)) return;
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

    private FileStore store() throws IOException {
        return Files.getFileStore(mount);
    }

    /** A name in a tree that no tenant has touched yet, free to be written. */
    private static Path fresh(Path file) throws IOException {
        Files.deleteIfExists(file);
        return file;
    }
}
