package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.Mounts;

/** A mount that is made in the host's namespaces, attached to nothing, and handed over as a descriptor. */
sealed interface Mount {

    /** @param userNamespace the tenant's */
    Fd open(Fd userNamespace) throws IOException;

    /** A tree of the pool with the tenant's ids: on disk the owner stays 0. The pool itself is nosuid; su must work inside. */
    record IdMapped(Path tree) implements Mount {
        @Override
        public Fd open(Fd userNamespace) throws IOException {
            Fd mount = Mounts.openTree(Linux.AT_FDCWD, tree.toString(), true);
            try {
                Mounts.mountSetattr(
                        mount,
                        Mounts.MOUNT_ATTR_IDMAP | Mounts.MOUNT_ATTR_NODEV,
                        Mounts.MOUNT_ATTR_NOSUID,
                        userNamespace);
                return mount;
            } catch (IOException e) {
                mount.close();
                throw e;
            }
        }
    }

    /** A file system of the host's for the tenant to read. */
    record Shown(Path at) implements Mount {
        @Override
        public Fd open(Fd userNamespace) throws IOException {
            Fd mount = Mounts.openTree(Linux.AT_FDCWD, at.toString(), true);
            try {
                Mounts.mountSetattr(
                        mount,
                        Mounts.MOUNT_ATTR_RDONLY
                                | Mounts.MOUNT_ATTR_NOSUID
                                | Mounts.MOUNT_ATTR_NODEV
                                | Mounts.MOUNT_ATTR_NOEXEC,
                        0,
                        null);
                return mount;
            } catch (IOException e) {
                mount.close();
                throw e;
            }
        }
    }

    /** A new file system of memory. */
    record Memory(String type, Map<String, String> options, long attributes) implements Mount {
        @Override
        public Fd open(Fd userNamespace) throws IOException {
            try (Fd context = Mounts.fsopen(type)) {
                for (var option : options.entrySet())
                    Mounts.fsconfigString(context, option.getKey(), option.getValue());
                Mounts.fsconfigCreate(context);
                return Mounts.fsmount(context, attributes);
            }
        }
    }

    /**
     * A /dev with nodes of the tenant's own. A bind of the host's nodes would do as well, but for inotify and locks, which
     * belong to the inode: a tenant would see when others use theirs.
     *
     * @param owner the tenant's root, as the host counts
     */
    record Devices(long owner) implements Mount {

        private record Node(String name, int major, int minor) {}

        /** Documentation/admin-guide/devices.txt */
        private static final List<Node> NODES = List.of(
                new Node("null", 1, 3),
                new Node("zero", 1, 5),
                new Node("full", 1, 7),
                new Node("random", 1, 8),
                new Node("urandom", 1, 9),
                new Node("tty", 5, 0));

        @Override
        public Fd open(Fd userNamespace) throws IOException {
            String id = Long.toString(owner);
            Mount empty = new Memory(
                    "tmpfs",
                    Map.of("mode", "0755", "size", "1m", "uid", id, "gid", id),
                    Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NOEXEC);
            Fd mount = empty.open(userNamespace);
            try {
                for (Node node : NODES) Linux.makeDevice(mount, node.name(), 0666, node.major(), node.minor(), owner);
                return mount;
            } catch (IOException e) {
                mount.close();
                throw e;
            }
        }
    }
}
