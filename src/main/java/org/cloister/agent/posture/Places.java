package org.cloister.agent.posture;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.State;

/** Where tenants' memory and files lie on this machine: swap and mounts. */
final class Places {

    static final String SWAPS = "/proc/swaps";
    static final String MOUNTS = "/proc/self/mountinfo";

    private static final Set<String> EVERYBODYS = Set.of("/tmp", "/var/tmp", "/dev/shm");

    private Places() {}

    /**
     * @param swaps the text of /proc/swaps
     * @param mapping gives the device mapper's id of a block device by its name, such as "CRYPT-LUKS2-…"; "" if it has none
     */
    static PostureCheck swap(String swaps, UnaryOperator<String> mapping) {
        List<String> clear = new ArrayList<>();
        for (String line : swaps.lines().skip(1).toList()) {
            String device = line.split("\\s+")[0];
            String name = device.substring(device.lastIndexOf('/') + 1);
            // zram is memory, and gone when the machine is switched off.
            if (!name.startsWith("zram") && !mapping.apply(name).startsWith("CRYPT-")) clear.add(device);
        }
        boolean good = clear.isEmpty();
        return new PostureCheck(
                "swap",
                good ? State.GOOD : State.WEAK,
                "none, zram, or encrypted",
                good ? "nothing in the clear" : String.join(", ", clear) + " in the clear",
                "Tenants' memory, with the keys in it, stays readable on a disk that is sold or stolen.",
                good ? "" : "swapoff -a, or a line with the option swap in /etc/crypttab",
                null);
    }

    /**
     * @param mountinfo the text of /proc/self/mountinfo (proc_pid_mountinfo(5)); of several mounts at a place the last
     * @param pool where tenants' trees are mounted on the machine's side
     */
    static List<PostureCheck> mounts(String mountinfo, String pool) {
        Set<String> lax = new TreeSet<>();
        String found = "not mounted";
        boolean closed = false;
        for (String line : mountinfo.lines().toList()) {
            String[] fields = line.split(" ");
            if (fields.length < 6) continue;
            List<String> options = List.of(fields[5].split(","));
            boolean safe = options.contains("nosuid") && options.contains("nodev");
            if (fields[4].equals(pool)) {
                found = fields[5];
                closed = safe;
            }
            if (!EVERYBODYS.contains(fields[4])) continue;
            if (safe) lax.remove(fields[4]);
            else lax.add(fields[4]);
        }
        return List.of(
                new PostureCheck(
                        "mounts.pool",
                        closed ? State.GOOD : State.OPEN,
                        "nosuid, nodev",
                        found,
                        "A program that a tenant made setuid is setuid for the machine's own users too.",
                        closed ? "" : "ops/down --tenants and ops/up",
                        null),
                new PostureCheck(
                        "mounts.shared",
                        lax.isEmpty() ? State.GOOD : State.WEAK,
                        "nosuid, nodev",
                        lax.isEmpty() ? "none without" : String.join(", ", lax) + " without",
                        "Where everybody writes, setuid programs and devices are honoured.",
                        lax.isEmpty()
                                ? ""
                                : "mount -o remount,nosuid,nodev " + String.join(" (and) ", lax)
                                        + ", and the options in /etc/fstab",
                        null));
    }
}
