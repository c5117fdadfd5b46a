package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.Mounts;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Slot;

/** The pseudo-terminals of a tenant: its own devpts, found without trust in its tree. */
final class Terminals {

    /** devpts_fs.c */
    private static final long DEVPTS_SUPER_MAGIC = 0x1cd1;

    /** Debian's group tty. */
    private static final int TTY_GROUP = 5;

    private Terminals() {}

    /** Of its mount (Documentation/filesystems/devpts.rst). */
    static Map<String, String> options(Slot slot, Limits limits) {
        return Map.of(
                "uid", Long.toString(slot.firstUid()),
                "gid", Long.toString(slot.firstUid() + TTY_GROUP),
                "mode", "0620",
                "ptmxmode", "0666",
                "max", Long.toString(limits.of(Limit.TERMINALS)));
    }

    /** Gives a running tenant another number of them; those that are open stay. */
    static void limit(Sandbox sandbox, Slot slot, Limits limits) throws IOException {
        try (Fd devpts = devpts(sandbox.pid(), sandbox.startTicks());
                Fd context = Mounts.fspick(devpts)) {
            for (var option : options(slot, limits).entrySet())
                Mounts.fsconfigString(context, option.getKey(), option.getValue());
            Mounts.fsconfigReconfigure(context);
        }
    }

    /**
     * The tenant's devpts. Its path is looked up below the tenant's root without following any link, and taken only when
     * it is a devpts, on which a tenant cannot make files.
     *
     * @param initPid of tenant-init as the host counts, and {@code initStart} its start
     */
    static Fd devpts(int initPid, long initStart) throws IOException {
        try (Fd root = Linux.open("/proc/" + initPid + "/root", Linux.O_PATH | Linux.O_DIRECTORY)) {
            Fd devpts = Linux.openat2(
                    root.number(),
                    "dev/pts",
                    Linux.O_PATH | Linux.O_DIRECTORY,
                    0,
                    Linux.RESOLVE_IN_ROOT | Linux.RESOLVE_NO_SYMLINKS | Linux.RESOLVE_NO_MAGICLINKS);
            try {
                // A number that was given to another process since was not this tenant's root.
                if (ProcFiles.startTicks(initPid) != initStart) throw new IOException("The tenant has just ended.");
                if (Linux.fileSystemType(devpts.path()) != DEVPTS_SUPER_MAGIC)
                    throw new IOException("/dev/pts in the tenant is not a devpts. Restart the tenant.");
                return devpts;
            } catch (IOException e) {
                devpts.close();
                throw e;
            }
        }
    }

    /** How many are open; 0 where the tenant hides its devpts from us. */
    static long count(Sandbox sandbox) {
        try (Fd devpts = devpts(sandbox.pid(), sandbox.startTicks());
                Stream<Path> nodes = Files.list(Path.of(devpts.path()))) {
            return nodes.filter(node -> !node.endsWith("ptmx")).count();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }
}
