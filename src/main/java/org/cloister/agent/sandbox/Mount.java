package org.cloister.agent.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;

/** A mount that is made in the host's namespaces, attached to nothing, and handed over as a descriptor. */
sealed interface Mount {

    /** @param userNamespace the tenant's */
    Fd open(Fd userNamespace) throws IOException;

    /** A tree of the pool with the tenant's ids: on disk the owner stays 0. The pool itself is nosuid; su must work inside. */
    record IdMapped(Path tree) implements Mount {
        @Override
        public Fd open(Fd userNamespace) throws IOException {
            Fd mount = Linux.openTree(Linux.AT_FDCWD, tree.toString(), true);
            try {
                Linux.mountSetattr(
                        mount, Linux.MOUNT_ATTR_IDMAP | Linux.MOUNT_ATTR_NODEV, Linux.MOUNT_ATTR_NOSUID, userNamespace);
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
            try (Fd context = Linux.fsopen(type)) {
                for (var option : options.entrySet()) Linux.fsconfigString(context, option.getKey(), option.getValue());
                Linux.fsconfigCreate(context);
                return Linux.fsmount(context, attributes);
            }
        }
    }

    /** One file of the host's, a device node. */
    record Node(String path) implements Mount {
        @Override
        public Fd open(Fd userNamespace) throws IOException {
            return Linux.openTree(Linux.AT_FDCWD, path, true);
        }
    }
}
