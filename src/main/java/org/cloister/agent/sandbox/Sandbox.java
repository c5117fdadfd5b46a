package org.cloister.agent.sandbox;

import java.io.IOException;
import java.time.Instant;

/**
 * A launched sandbox, as it is kept on disk: enough to know it again, or to know that it is gone.
 *
 * @param pid of tenant-init as the host counts
 * @param startTicks its start, so that a reused pid is not taken for it
 * @param generation of the specification that it was launched for
 */
record Sandbox(int pid, long startTicks, String bootId, int generation, Instant launchedAt, long launchMicros) {

    boolean alive() throws IOException {
        return bootId.equals(ProcFiles.bootId()) && ProcFiles.startTicks(pid) == startTicks;
    }
}
