package org.cloister.agent.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One thing that tenant-init does while it builds its tenant from inside; {@link #words} is what it is sent. */
sealed interface Step {

    List<String> words();

    /** A failure with ENOENT is no failure: this kernel has no such file. */
    default boolean optional() {
        return false;
    }

    /** Takes the tenant's ids, becomes opaque, and makes the cgroup namespace. */
    record BecomeRoot() implements Step {
        @Override
        public List<String> words() {
            return List.of("become-root");
        }
    }

    /** Attaches the tenant's root at a directory of the host's, where {@link Pivot} will find it. */
    record Root(Mount mount, String at) implements Step {
        @Override
        public List<String> words() {
            return List.of("root", at);
        }
    }

    record Attach(Mount mount, String path) implements Step {
        @Override
        public List<String> words() {
            return List.of("attach", path);
        }
    }

    /** Mounts a file system that belongs to the tenant's own namespaces. */
    record Fresh(String type, String path, long attributes, Map<String, String> options) implements Step {
        @Override
        public List<String> words() {
            List<String> words = new ArrayList<>(List.of("fresh", type, path, Long.toString(attributes)));
            options.forEach((key, value) -> words.addAll(List.of(key, value)));
            return words;
        }
    }

    /** Shows a part of the tenant's tree at another place, or at its own with other attributes. */
    record Bind(String from, String to, long attributes) implements Step {
        @Override
        public List<String> words() {
            return List.of("bind", from, to, Long.toString(attributes));
        }
    }

    record Directory(String path, String mode) implements Step {
        @Override
        public List<String> words() {
            return List.of("directory", path, mode);
        }
    }

    record Link(String path, String target) implements Step {
        @Override
        public List<String> words() {
            return List.of("link", path, target);
        }
    }

    record Put(String path, String text) implements Step {
        @Override
        public List<String> words() {
            return List.of("put", path, text);
        }

        @Override
        public boolean optional() {
            return true;
        }
    }

    record Hostname(String name) implements Step {
        @Override
        public List<String> words() {
            return List.of("hostname", name);
        }
    }

    record Loopback() implements Step {
        @Override
        public List<String> words() {
            return List.of("loopback");
        }
    }

    record Pivot() implements Step {
        @Override
        public List<String> words() {
            return List.of("pivot");
        }
    }

    /** Everything else is dropped from the bounding set, for good. */
    record Capabilities(long mask) implements Step {
        @Override
        public List<String> words() {
            return List.of("capabilities", Long.toHexString(mask));
        }
    }

    /** Loads the filter of system calls; {@code program} is what follows the word in the packet. */
    record Filter(byte[] program) implements Step {
        @Override
        public List<String> words() {
            return List.of("seccomp");
        }
    }

    record Go() implements Step {
        @Override
        public List<String> words() {
            return List.of("go");
        }
    }
}
