package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Slot;

/**
 * Looks at a tenant's processes for a limited time: their owner decides how many there are and how long a look takes. A
 * read of /proc/PID/cmdline waits for whoever holds that process's memory map, which under a fork bomb may be one of
 * thousands that wait for their share of the CPU. So what needs no such wait is read first, and the command lines by a
 * thread of their own, for which nobody waits longer than that. One that hangs keeps one of its tenant's places until it
 * ends; where all are taken, names must do.
 */
final class Census {

    private static final long MILLISECONDS = 3_000;

    private static final int READERS = 4;

    private final ConcurrentHashMap<Slot, Semaphore> places = new ConcurrentHashMap<>();

    /**
     * Those that could be read in time; a process that ended meanwhile is left out. One whose command line was not to be
     * had in time is shown by its name in brackets, as one without any is.
     */
    List<Inspection.Process> of(Slot slot, List<Integer> pids) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLISECONDS);
        Semaphore readers = places.computeIfAbsent(slot, absent -> new Semaphore(READERS));
        Map<Integer, Inspection.Process> found = new ConcurrentSkipListMap<>();
        read(slot, pids, false, deadline, found);
        if (readers.tryAcquire()) {
            Thread reader = Thread.ofPlatform().daemon().name("census").start(() -> {
                try {
                    read(slot, pids, true, deadline, found);
                } finally {
                    readers.release();
                }
            });
            try {
                reader.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return List.copyOf(found.values());
    }

    private static void read(
            Slot slot, List<Integer> pids, boolean whole, long deadline, Map<Integer, Inspection.Process> found) {
        for (int pid : pids) {
            if (System.nanoTime() > deadline) return;
            try {
                ProcFiles.process(pid, slot.firstUid(), whole)
                        .ifPresentOrElse(process -> found.put(pid, process), () -> found.remove(pid));
            } catch (IOException e) {
                // it changes its credentials or ends at this moment; the others are worth more than its line
            }
        }
    }
}
