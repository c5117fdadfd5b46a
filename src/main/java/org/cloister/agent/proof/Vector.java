package org.cloister.agent.proof;

import java.util.List;

/**
 * A way in which a tenant could reach another; tenant-probe.c has the attempt under the same name.
 *
 * @param tries one sentence for people
 * @param stoppedBy the mechanism that should stop it
 */
record Vector(String name, String tries, String stoppedBy) {

    static final List<Vector> ALL = List.of(
            new Vector(
                    "see",
                    "Looks for the process in /proc.",
                    "pid namespace: no process of another tenant has a number here"),
            new Vector(
                    "read",
                    "Reads the secret file by its path, through /proc/PID/root, and by its path on the host.",
                    "mount namespace and pivot_root: no path leads to another tenant's root file system"),
            new Vector(
                    "signal",
                    "Sends SIGKILL to the process; where it is not seen, signal 0 to its number on the host.",
                    "pid and user namespaces: a signal reaches only numbers and ids of the tenant's own"));
}
