package org.cloister.agent;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cloister.protocol.Slot;

/**
 * The settings of this instance, from the environment that `ops/up` gives.
 *
 * @param firstSlot and {@code lastSlot} bound the slots that this instance may use
 * @param poolBytes size of a new pool; 0 for half of what is free
 */
record Instance(
        String name, Path home, Path run, Path app, int firstSlot, int lastSlot, long poolBytes, String mirror) {

    static Instance of(Map<String, String> environment) {
        String name = environment.getOrDefault("CLOISTER_INSTANCE", "cloister");
        if (!name.matches("[a-z][a-z0-9]{0,15}"))
            throw new IllegalArgumentException("CLOISTER_INSTANCE must be a-z and 0-9, 16 at most, first a letter");
        Path home = Path.of(environment.getOrDefault("CLOISTER_HOME", "/var/lib/" + name));
        String[] slots = environment.getOrDefault("CLOISTER_SLOTS", "1-2047").split("-");
        if (slots.length != 2) throw new IllegalArgumentException("CLOISTER_SLOTS must be FIRST-LAST");
        return new Instance(
                name,
                home,
                Path.of(environment.getOrDefault("CLOISTER_RUN", "/run/" + name)),
                Path.of(environment.getOrDefault(
                        "CLOISTER_APP", home.resolve("app").toString())),
                new Slot(Integer.parseInt(slots[0])).number(),
                new Slot(Integer.parseInt(slots[1])).number(),
                Long.parseLong(environment.getOrDefault("CLOISTER_POOL_SIZE", "0")),
                environment.getOrDefault("CLOISTER_MIRROR", "http://deb.debian.org/debian"));
    }

    Set<Integer> slots() {
        return IntStream.rangeClosed(firstSlot, lastSlot).boxed().collect(Collectors.toUnmodifiableSet());
    }
}
