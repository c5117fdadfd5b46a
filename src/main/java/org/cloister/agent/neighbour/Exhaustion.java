package org.cloister.agent.neighbour;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * A way to use up what a tenant may have; tenant-probe does it under the same name (exhaust.c).
 *
 * @param says what it does, one sentence
 * @param takes what the machine must have to spare of the attacker's limits, so that they are what acts
 */
record Exhaustion(String name, String says, @JsonIgnore Takes takes) {

    enum Takes {
        NOTHING,
        MEMORY,
        DISK
    }

    static final List<Exhaustion> ALL = List.of(
            new Exhaustion("processor", "Eight processes compute without end.", Takes.NOTHING),
            new Exhaustion("processes", "Each process starts another, without end: a fork bomb.", Takes.NOTHING),
            new Exhaustion(
                    "memory", "Takes memory and writes to it, until it is killed, again and again.", Takes.MEMORY),
            new Exhaustion("shared-memory", "Writes files to /dev/shm, which is memory.", Takes.MEMORY),
            new Exhaustion(
                    "names",
                    "Makes directories, and asks for names that are not there: the kernel remembers both.",
                    Takes.MEMORY),
            new Exhaustion("disk", "Takes all the room on its disk, writes into it, and lets go of it.", Takes.DISK),
            new Exhaustion("files", "Makes small files as fast as it can.", Takes.DISK),
            new Exhaustion(
                    "fsync", "Writes here and there, waiting for each write, and reads past the cache.", Takes.DISK),
            new Exhaustion(
                    "sync", "Has the whole file system written again and again, which all tenants share.", Takes.DISK),
            new Exhaustion("terminals", "Opens terminals and keeps them.", Takes.NOTHING),
            new Exhaustion(
                    "connections", "Opens connections to its own address and fills their buffers.", Takes.MEMORY),
            new Exhaustion(
                    "packets", "Floods the victim’s address, which is closed to it, with packets.", Takes.NOTHING));
}
