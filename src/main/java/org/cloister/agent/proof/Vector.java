package org.cloister.agent.proof;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * A way in which a tenant could reach another, or the machine; tenant-probe has the attempt under the same name.
 *
 * @param tries one sentence for people
 * @param stoppedBy the mechanism that should stop it
 * @param brokenIn the sandbox, broken on purpose, in which it is seen to get through
 * @param controls those of auditors' catalogues that it speaks to
 * @param secret whether only the canary's secret, brought back, counts as a success
 */
record Vector(
        String name,
        Group group,
        Against against,
        String tries,
        String stoppedBy,
        BrokenIn brokenIn,
        List<String> controls,
        @JsonIgnore boolean secret) {

    enum Group {
        PROCESSES,
        FILES,
        IPC,
        NETWORK,
        KERNEL;

        @JsonValue
        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    enum Against {
        /** Each other tenant, and the machine as if it were one: there is a canary, whose owner reaches it. */
        EVERYONE,
        /** The machine alone: what a kernel lets only its own root do. No owner can be asked. */
        MACHINE;

        @JsonValue
        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    enum BrokenIn {
        CHROOT("chroot", "a chroot alone"),
        NOTHING("", "no sandbox at all, since the kernel refuses it in any chroot"),
        LINK_LOCAL("link-local", "a network of its own in which that address answers"),
        OPEN_INIT("open-init", "a pid namespace of its own whose pid 1 is an ordinary process");

        private final String word;
        private final String words;

        BrokenIn(String word, String words) {
            this.word = word;
            this.words = words;
        }

        /** The probe's arguments that have it try one vector there. */
        List<String> arguments(String vector) {
            return word.isEmpty() ? List.of("attack", vector) : List.of(word, "attack", vector);
        }

        @JsonValue
        String words() {
            return words;
        }
    }

    boolean againstMachine() {
        return against == Against.MACHINE;
    }
}
