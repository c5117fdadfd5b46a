package org.cloister.fuzz;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.cloister.manager.ssh.GatewayTargets;

/** Runs targets one after another, or those that are named: {@code Fuzz SECONDS [TARGET...]}. */
public final class Fuzz {

    private Fuzz() {}

    /** @param arguments seconds for each target, then their names */
    public static void main(String[] arguments) throws Exception {
        Duration time = Duration.ofSeconds(Long.parseLong(arguments[0]));
        long seed = System.nanoTime();
        Map<String, Fuzzer> targets = targets(seed);
        for (String name : arguments.length > 1
                ? java.util.Arrays.copyOfRange(arguments, 1, arguments.length)
                : targets.keySet().toArray(String[]::new)) {
            Fuzzer fuzzer = targets.get(name);
            if (fuzzer == null)
                throw new IllegalArgumentException("no target " + name + "; there are " + targets.keySet());
            fuzzer.run(time);
            System.out.println(name + ": " + fuzzer.account() + ", seed " + seed);
        }
    }

    static Map<String, Fuzzer> targets(long seed) throws Exception {
        Map<String, Fuzzer> targets = new TreeMap<>(GatewayTargets.all(seed));
        targets.putAll(MessageTargets.all(seed));
        return targets;
    }
}
