package org.cloister.agent.proof;

import java.io.IOException;
import java.nio.file.Path;
import org.cloister.agent.sandbox.ProcFiles;

/**
 * A process that watches a file with a secret, planted to be reached for.
 *
 * @param owner the tenant's name, or what else it stands for
 * @param pid as the host counts
 * @param startTicks its start, so that another process of that number is not taken for it
 * @param marker a text that only its command line holds
 * @param path of the secret file as its owner names it
 * @param hostPath of the same file as the host names it
 * @param secret in hexadecimal, 64 digits
 */
record Canary(String owner, int pid, long startTicks, String marker, String path, Path hostPath, String secret) {

    Canary {
        if (startTicks < 0) throw new IllegalArgumentException("the canary of " + owner + " died as it was planted");
    }

    /** The probe's line for it (tenant-probe.c). The secret is not told. */
    String line() {
        return String.join("\t", owner, Integer.toString(pid), marker, path, hostPath.toString()) + "\n";
    }

    boolean alive() throws IOException {
        return ProcFiles.startTicks(pid) == startTicks;
    }
}
