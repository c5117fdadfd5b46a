package org.cloister.agent.linux;

import static org.cloister.agent.linux.Linux.at;
import static org.cloister.agent.linux.Linux.check;
import static org.cloister.agent.linux.Linux.syscall;
import static org.cloister.agent.linux.Linux.text;

import com.sun.jna.Memory;

/** File systems and mounts by descriptors (Linux 5.2 on; fsopen(2), open_tree(2), mount_setattr(2)). No policy. */
public final class Mounts {

    public static final long MOUNT_ATTR_RDONLY = 1;
    public static final long MOUNT_ATTR_NOSUID = 2;
    public static final long MOUNT_ATTR_NODEV = 4;
    public static final long MOUNT_ATTR_NOEXEC = 8;
    public static final long MOUNT_ATTR_IDMAP = 0x100000;

    private static final long MS_PRIVATE = 1 << 18;
    private static final int SYS_OPEN_TREE = 428;
    private static final int SYS_MOVE_MOUNT = 429;
    private static final int SYS_FSOPEN = 430;
    private static final int SYS_FSCONFIG = 431;
    private static final int SYS_FSMOUNT = 432;
    private static final int SYS_FSPICK = 433;
    private static final int SYS_MOUNT_SETATTR = 442;

    private Mounts() {}

    public static Fd openTree(int directory, String path, boolean copy) throws SyscallException {
        // OPEN_TREE_CLONE 1
        int flags = (copy ? 1 : 0) | Linux.O_CLOEXEC | (path.isEmpty() ? Linux.AT_EMPTY_PATH : 0);
        try (Memory p = text(path)) {
            return new Fd((int) syscall("open_tree", SYS_OPEN_TREE, directory, at(p), flags, 0, path));
        }
    }

    public static Fd fsopen(String type) throws SyscallException {
        try (Memory t = text(type)) {
            return new Fd((int) syscall("fsopen", SYS_FSOPEN, at(t), 1, 0, 0, type));
        }
    }

    public static void fsconfigString(Fd context, String key, String value) throws SyscallException {
        try (Memory k = text(key);
                Memory v = text(value)) {
            check("fsconfig", LibC.syscall(SYS_FSCONFIG, context.number(), 1, at(k), at(v), 0, 0), key, value);
        }
    }

    public static void fsconfigCreate(Fd context) throws SyscallException {
        check("fsconfig", LibC.syscall(SYS_FSCONFIG, context.number(), 6, 0, 0, 0, 0), "CREATE");
    }

    /** To change what a mounted file system is, at a descriptor of its root. Options that are not set again are lost. */
    public static Fd fspick(Fd root) throws SyscallException {
        try (Memory empty = text("")) {
            // FSPICK_CLOEXEC 1, FSPICK_EMPTY_PATH 8
            return new Fd((int) syscall("fspick", SYS_FSPICK, root.number(), at(empty), 1 | 8, 0, root));
        }
    }

    public static void fsconfigReconfigure(Fd context) throws SyscallException {
        check("fsconfig", LibC.syscall(SYS_FSCONFIG, context.number(), 7, 0, 0, 0, 0), "RECONFIGURE");
    }

    public static Fd fsmount(Fd context, long attributes) throws SyscallException {
        return new Fd((int) syscall("fsmount", SYS_FSMOUNT, context.number(), 1, attributes, 0, attributes));
    }

    /** Attaches a detached mount at a path of the host's. */
    public static void moveMount(Fd mount, String to) throws SyscallException {
        try (Memory empty = text("");
                Memory target = text(to)) {
            // MOVE_MOUNT_F_EMPTY_PATH 4
            check(
                    "move_mount",
                    LibC.syscall(SYS_MOVE_MOUNT, mount.number(), at(empty), Linux.AT_FDCWD, at(target), 4, 0),
                    to);
        }
    }

    /** Takes a mount away, also while something of it is open (MNT_DETACH). */
    public static void unmount(String path) throws SyscallException {
        check("umount2", LibC.umount2(path, 2), path);
    }

    /**
     * The mount is private from then on. A copy of a shared one, and systemd shares all (mount_namespaces(7), "Shared
     * subtrees"), is the original's peer: what a tenant mounts on it would appear on the host as well.
     *
     * @param userNamespace with MOUNT_ATTR_IDMAP in {@code set}; else null
     */
    public static void mountSetattr(Fd mount, long set, long clear, Fd userNamespace) throws SyscallException {
        try (Memory attributes = new Memory(32);
                Memory empty = text("")) {
            attributes.setLong(0, set);
            attributes.setLong(8, clear);
            attributes.setLong(16, MS_PRIVATE);
            attributes.setLong(24, userNamespace == null ? 0 : userNamespace.number());
            check(
                    "mount_setattr",
                    LibC.syscall(
                            SYS_MOUNT_SETATTR, mount.number(), at(empty), Linux.AT_EMPTY_PATH, at(attributes), 32, 0),
                    "set " + Long.toHexString(set),
                    "clear " + Long.toHexString(clear));
        }
    }
}
