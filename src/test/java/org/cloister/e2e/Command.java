package org.cloister.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program of the machine to its end. */
final class Command {

    /** How a program ended and what it wrote. An end by signal N is exit 128 + N. */
    record Outcome(int exit, byte[] stdout, String stderr) {

        String out() {
            return new String(stdout, StandardCharsets.UTF_8);
        }

        /** This outcome, if the program ended well. */
        Outcome orFail() {
            if (exit != 0) throw new AssertionError("exit " + exit + "\n" + out() + stderr);
            return this;
        }

        @Override
        public String toString() {
            return "exit " + exit + "\nstdout: " + out() + "\nstderr: " + stderr;
        }
    }

    /** For what is over in a moment, unless the machine has much else to do. */
    static final Duration LONG = Duration.ofSeconds(180);

    private static final byte[] NOTHING = {};

    private Command() {}

    static Outcome run(String... command) {
        return run(List.of(command), NOTHING, LONG);
    }

    /** @throws AssertionError the program ran longer than the timeout; it was killed */
    static Outcome run(List<String> command, byte[] stdin, Duration timeout) {
        return run(command, Map.of(), stdin, timeout);
    }

    /** @param environment added to this process's own; a null value takes the variable away */
    static Outcome run(List<String> command, Map<String, String> environment, byte[] stdin, Duration timeout) {
        ProcessBuilder builder = new ProcessBuilder(command);
        environment.forEach((name, value) -> {
            if (value == null) builder.environment().remove(name);
            else builder.environment().put(name, value);
        });
        try {
            Process process = builder.start();
            Collector out = new Collector(process.getInputStream());
            Collector err = new Collector(process.getErrorStream());
            Thread feeder = Thread.ofPlatform().daemon().start(() -> feed(process.getOutputStream(), stdin));
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " still ran after " + timeout.toSeconds() + " s\n"
                        + out.soFar() + err.soFar());
            }
            feeder.join();
            return new Outcome(process.exitValue(), out.all(), new String(err.all(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while " + command.getFirst() + " ran", e);
        }
    }

    private static void feed(OutputStream to, byte[] stdin) {
        try (to) {
            to.write(stdin);
        } catch (IOException e) {
            // the program ended, or closed its standard input, before it had read everything
        }
    }

    /** Reads a stream to its end beside the program, so that a full pipe never stops it. */
    private static final class Collector {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread reader;

        Collector(InputStream from) {
            reader = Thread.ofPlatform().daemon().start(() -> {
                try (from) {
                    from.transferTo(bytes);
                } catch (IOException e) {
                    // the program was killed; what was read so far stays
                }
            });
        }

        /** Waits some seconds at most: a child that the program left behind may hold its end of the pipe open. */
        byte[] all() throws InterruptedException {
            reader.join(15_000);
            return bytes.toByteArray();
        }

        String soFar() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
