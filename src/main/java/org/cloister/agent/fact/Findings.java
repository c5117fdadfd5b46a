package org.cloister.agent.fact;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What one fact found at one moment. */
final class Findings {

    private final String fact;
    private final List<Finding> all = new ArrayList<>();

    Findings(String fact) {
        this.fact = fact;
    }

    void add(String tenant, String check, Object expected, Object found) {
        all.add(new Finding(tenant, fact, check, String.valueOf(expected), String.valueOf(found)));
    }

    /** Adds it where the two differ. */
    void unlessEqual(String tenant, String check, Object expected, Object found) {
        if (!Objects.equals(expected, found)) add(tenant, check, expected, found);
    }

    List<Finding> all() {
        return all;
    }
}
