package org.cloister.protocol;

import java.time.Instant;
import java.util.UUID;

/**
 * What the kernel showed of one tenant when it was asked.
 *
 * @param state running, frozen, stopped, or failed when it should run and does not
 * @param initPid pid 1 of the tenant as the host counts, 0 when it does not run
 * @param startedAt when the sandbox was launched, null when it does not run
 * @param launchMicros the agent's own time for the last launch, from the cgroup to the first answer; 0 if unknown
 * @param failure why the last apply failed, one sentence; null when it did not
 */
public record TenantState(
        UUID id, int slot, State state, int initPid, Instant startedAt, long launchMicros, String failure) {

    public enum State {
        RUNNING,
        FROZEN,
        STOPPED,
        FAILED
    }
}
