package org.cloister.agent.neighbour;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.sandbox.Commands;
import org.cloister.agent.sandbox.Refusal;

/** Measures a victim: what a service does in it, by tenant-probe (pulse.c), and how long it takes to start a command in it. */
final class Pulse {

    /** Often enough for a hundredth of them to mean something, and seldom enough not to be a load itself. */
    static final int EVERY_MILLIS = 20;

    static final int COMMAND_EVERY_MILLIS = 50;

    /** @param says what it is, one sentence */
    record Operation(String name, String says) {}

    static final List<Operation> OPERATIONS = List.of(
            new Operation("process", "Starts a program in the victim and waits for its end."),
            new Operation("write", "Writes a file of 4 KB, has it on the disk by fsync, and removes it."),
            new Operation("loopback", "Sends a byte over TCP on the victim’s loopback and gets it back."),
            new Operation("compute", "Computes for about a millisecond."),
            new Operation("command", "Has the agent start a command in the victim, as each login over SSH does."));

    /** The probe's own patience, and as much again. */
    private static final int LATE_SECONDS = 30;

    private static final int COMMAND_SECONDS = 10;

    private static final int MOST_OUTPUT = 1 << 20;

    private final Fd sealed;

    /** @param sealed tenant-probe, which stays its owner's */
    Pulse(Fd sealed) {
        this.sealed = sealed;
    }

    /**
     * For so many seconds, and as long as what was due in them takes.
     *
     * @throws IOException the victim, or what measures in it, ended meanwhile
     */
    List<Beat> measure(Commands victim, int seconds) throws IOException, Refusal {
        CommandBeat command = new CommandBeat(victim, seconds);
        try (Commands.Started probe = victim.program(
                sealed, List.of("probe", "pulse", Integer.toString(seconds * 1000), Integer.toString(EVERY_MILLIS)))) {
            command.thread.start();
            List<Beat> beats = new ArrayList<>(
                    Beat.parse(Linux.readAll(probe.streams().get(1), MOST_OUTPUT, seconds + LATE_SECONDS)));
            command.thread.join();
            beats.add(Beat.of("command", command.failed, command.micros));
            if (!beats.stream().map(Beat::operation).toList().equals(names()))
                throw new IOException("what measures in it was ended");
            return beats;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the test was interrupted", e);
        } finally {
            command.thread.interrupt();
        }
    }

    private static List<String> names() {
        return OPERATIONS.stream().map(Operation::name).collect(Collectors.toList());
    }

    /**
     * Commands one after another, each from its beginning to its end; on a thread of its own. Whoever logs in waits for
     * nobody who logged in before, so here a stall counts once.
     */
    private final class CommandBeat {

        private final List<Integer> micros = new ArrayList<>();
        private final Map<String, Long> failed = new TreeMap<>();
        private final Commands victim;
        private final int seconds;
        private final Thread thread = Thread.ofPlatform().daemon().name("pulse").unstarted(this::beat);

        CommandBeat(Commands victim, int seconds) {
            this.victim = victim;
            this.seconds = seconds;
        }

        private void beat() {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            try {
                while (System.nanoTime() < end) {
                    long began = System.nanoTime();
                    start();
                    long took = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
                    micros.add((int) took);
                    long early = TimeUnit.MILLISECONDS.toMicros(COMMAND_EVERY_MILLIS) - took;
                    if (early > 0) TimeUnit.MICROSECONDS.sleep(early);
                }
            } catch (InterruptedException e) {
                // the measurement has ended, and nobody asks for this any more
            }
        }

        private void start() {
            try (Commands.Started started = victim.program(sealed, List.of("probe", "nothing"))) {
                started.status().receive(COMMAND_SECONDS);
            } catch (IOException | Refusal e) {
                failed.merge("not started", 1L, Long::sum);
            }
        }
    }
}
