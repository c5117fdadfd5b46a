package org.cloister.agent;

import java.nio.file.Path;
import java.util.List;
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
 * @param open networks in private ranges that tenants may reach, such as a mirror in the house
 * @param anchor a file outside that notes down each record's number and hash; null for none
 */
record Instance(
        String name,
        Path home,
        Path run,
        Path app,
        int firstSlot,
        int lastSlot,
        long poolBytes,
        String mirror,
        List<String> open,
        Path anchor) {

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
                environment.getOrDefault("CLOISTER_MIRROR", "http://deb.debian.org/debian"),
                networks(environment.getOrDefault("CLOISTER_OPEN", "")),
                anchor(environment.getOrDefault("CLOISTER_ANCHOR", "")));
    }

    private static Path anchor(String text) {
        if (text.isBlank()) return null;
        if (!Path.of(text).isAbsolute()) throw new IllegalArgumentException("CLOISTER_ANCHOR must be an absolute path");
        return Path.of(text);
    }

    private static List<String> networks(String text) {
        if (text.isBlank()) return List.of();
        List<String> networks = List.of(text.strip().split("[ ,]+"));
        for (String network : networks)
            if (!network.matches("\\d{1,3}(\\.\\d{1,3}){3}(/\\d{1,2})?|[0-9a-fA-F:]*:[0-9a-fA-F:]*(/\\d{1,3})?"))
                throw new IllegalArgumentException(
                        "CLOISTER_OPEN must be networks such as 10.1.2.3/32 or fd00:1::/64, parted by commas");
        return networks;
    }

    Set<Integer> slots() {
        return IntStream.rangeClosed(firstSlot, lastSlot).boxed().collect(Collectors.toUnmodifiableSet());
    }
}
