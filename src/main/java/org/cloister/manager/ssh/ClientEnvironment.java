package org.cloister.manager.ssh;

import java.util.LinkedHashMap;
import java.util.Map;
import org.cloister.manager.key.Variables;

/** What a client set for its session so far, of what it may ({@link Variables}). */
final class ClientEnvironment {

    /** Every category of a locale that there is, twice; a client could make up names without end. */
    static final int MOST = 32;

    private final Map<String, String> variables = new LinkedHashMap<>();

    /** @return whether the variable was taken */
    boolean set(String name, String value) {
        if (!Variables.mayBeSet(name, value)) return false;
        if (variables.size() >= MOST && !variables.containsKey(name)) return false;
        variables.put(name, value);
        return true;
    }

    /** A copy of what was set so far. */
    Map<String, String> variables() {
        return new LinkedHashMap<>(variables);
    }
}
