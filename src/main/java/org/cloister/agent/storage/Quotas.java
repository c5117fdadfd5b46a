package org.cloister.agent.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cloister.agent.linux.Command;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.SyscallException;
import org.cloister.protocol.Slot;

/**
 * The pool's simple quotas: one group {@code 1/<slot>} over all that a tenant owns. A level-0 group belongs to one
 * subvolume and is billed for every extent that was written through it, also while only a snapshot still holds them.
 */
final class Quotas {

    /** _IOWR(BTRFS_IOCTL_MAGIC, 40, struct btrfs_ioctl_quota_ctl_args), linux/btrfs.h */
    private static final long BTRFS_IOC_QUOTA_CTL = 0xC0109428L;

    private static final long BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA = 4;
    private static final long BTRFS_QGROUP_LIMIT_MAX_RFER = 1;

    private final Path mount;
    private volatile String uuid;
    private volatile String missing;

    Quotas(Path mount) {
        this.mount = mount;
    }

    /** Why the disk limit does not bind on this machine, in a sentence; null where it does. */
    String missing() {
        return missing;
    }

    /** Switches them on. Idempotent. */
    void enable() throws IOException {
        missing = null;
        Path mode = sysfs().resolve("qgroups/mode");
        if (Files.exists(mode) && Files.readString(mode).strip().equals("squota")) return;
        byte[] arguments = ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putLong(BTRFS_QUOTA_CTL_ENABLE_SIMPLE_QUOTA)
                .array();
        try (Fd root = Linux.open(mount.toString(), Linux.O_RDONLY | Linux.O_DIRECTORY)) {
            Linux.ioctl(root, BTRFS_IOC_QUOTA_CTL, arguments);
        } catch (SyscallException e) {
            missing =
                    "This kernel has no simple btrfs quotas (Linux 6.7 or newer has): the disk limit of a plan does not bind.";
        }
    }

    /** What `btrfs subvolume snapshot` needs to bill a new subvolume to the slot. */
    List<String> billedTo(Slot slot) {
        return missing == null ? List.of("-i", slot.qgroup()) : List.of();
    }

    /** Sets the limit of data and metadata of everything that the slot owns. */
    void limit(Slot slot, long bytes) throws IOException {
        if (missing != null) return;
        if (!Files.isDirectory(group(slot.qgroup()))) Pool.btrfs("qgroup", "create", slot.qgroup(), mount.toString());
        Pool.btrfs("qgroup", "limit", Long.toString(bytes), slot.qgroup(), mount.toString());
    }

    /** The limit as the kernel has it; -1 for none. */
    long limit(Slot slot) throws IOException {
        Path group = group(slot.qgroup());
        if (!Files.isDirectory(group)) return -1;
        boolean binds =
                (Long.parseLong(Files.readString(group.resolve("limit_flags")).strip()) & BTRFS_QGROUP_LIMIT_MAX_RFER)
                        != 0;
        return binds
                ? Long.parseLong(
                        Files.readString(group.resolve("max_referenced")).strip())
                : -1;
    }

    /** What is wrong with the pool's accounting as a whole; null where nothing is. */
    String fault() throws IOException {
        if (missing != null) return missing;
        Path qgroups = sysfs().resolve("qgroups");
        if (!Files.exists(qgroups.resolve("mode"))) return "quotas are switched off";
        String mode = Files.readString(qgroups.resolve("mode")).strip();
        if (!mode.equals("squota")) return "quota mode " + mode;
        return Files.readString(qgroups.resolve("inconsistent")).strip().equals("0")
                ? null
                : "the accounting is inconsistent";
    }

    /** Bytes that the slot is billed for, 0 while it has none. */
    long used(Slot slot) throws IOException {
        Path file = group(slot.qgroup()).resolve("referenced");
        return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
    }

    /** Destroys groups of subvolumes that are gone and of which nothing is left; kernels leave some behind. */
    void sweep(Slot slot) throws IOException {
        if (missing != null) return;
        String shown = Pool.btrfs("qgroup", "show", "-pc", "--raw", mount.toString());
        for (String group : QgroupList.spent(shown, slot.qgroup()))
            if (Files.isDirectory(group(group))) destroyLeft(group, slot);
    }

    /** Removes the slot's group once the last extent of its subvolumes is billed back. Idempotent. */
    void remove(Slot slot) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (Files.isDirectory(group(slot.qgroup()))) {
            try {
                dissolve(slot);
            } catch (IOException e) { // EBUSY until then
                if (System.nanoTime() > end) throw e;
                pause();
            }
        }
    }

    private void dissolve(Slot slot) throws IOException {
        Pool.btrfs("filesystem", "sync", mount.toString()); // wakes the cleaner, which else waits for the next commit
        Pool.btrfs("subvolume", "sync", mount.toString());
        // A level-0 group goes with its subvolume, unless this kernel leaves it behind; only then can its parent go.
        String shown = Pool.btrfs("qgroup", "show", "-pc", "--raw", mount.toString());
        for (String group : QgroupList.members(shown, slot.qgroup()))
            if (Files.isDirectory(group(group))) destroyLeft(group, slot);
        Pool.btrfs("qgroup", "destroy", slot.qgroup(), mount.toString());
    }

    private void destroyLeft(String group, Slot slot) throws IOException {
        try {
            Pool.btrfs("qgroup", "remove", group, slot.qgroup(), mount.toString());
            Pool.btrfs("qgroup", "destroy", group, mount.toString());
        } catch (IOException e) {
            if (Files.isDirectory(group(group))) throw e; // else the cleaner came first
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the removal was interrupted", e);
        }
    }

    Path sysfs() throws IOException {
        if (uuid == null)
            uuid = Command.run(List.of("findmnt", "-n", "-o", "UUID", "--mountpoint", mount.toString()))
                    .strip();
        return Path.of("/sys/fs/btrfs", uuid);
    }

    private Path group(String name) throws IOException {
        return sysfs().resolve("qgroups").resolve(name.replace('/', '_'));
    }
}
