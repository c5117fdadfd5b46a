package org.cloister.manager.tenant;

import java.util.List;
import java.util.Map;

/** What people and programs ask for. */
public final class Wish {

    private Wish() {}

    /**
     * A tenant to be.
     *
     * @param template null for the host's own suite
     * @param sshKeys null for none; each may hold several lines as in authorized_keys
     * @param start null or true to start it at once
     */
    public record NewTenant(String name, String plan, String template, List<String> sshKeys, Boolean start) {}

    /**
     * A change; what is null stays. A plan brings its limits, and limits beside it override single ones.
     *
     * @param limits by the names of {@link org.cloister.protocol.Limit}
     */
    public record Change(String plan, Map<String, Long> limits) {}
}
