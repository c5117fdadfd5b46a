package org.cloister.agent.proof;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.sandbox.Commands;
import org.cloister.agent.sandbox.Refusal;

/** tenant-probe, run where it is asked for. Safe for several threads. */
final class Probe implements Closeable {

    private static final int SECONDS = 60;

    /** What it may say of one victim: some sixty attempts of less than two kilobytes. */
    private static final int MOST_OUTPUT = 256 << 10;

    private final Path program;
    private final Fd sealed;

    Probe(Path program) throws IOException {
        this.program = program;
        this.sealed = Linux.sealedProgram(Files.readAllBytes(program));
    }

    /** A coop for canaries of the same program. It must be closed before this is. */
    Coop coop() {
        return new Coop(program, sealed);
    }

    /** As root in a tenant, under exactly the confinement of its shells; no file of the tenant's is opened. */
    List<Attempt> inside(Commands commands, String mode, List<Canary> canaries) throws IOException, Refusal {
        try (Commands.Started started = commands.program(sealed, List.of("probe", mode))) {
            try {
                Linux.writeAll(started.streams().get(0), lines(canaries).getBytes(StandardCharsets.UTF_8), SECONDS);
                started.streams().get(0).close();
                return judged(
                        Linux.readAll(started.streams().get(1), MOST_OUTPUT * (1 + canaries.size()), SECONDS),
                        canaries);
            } catch (IOException e) {
                started.status().send(List.of(), List.of("signal 9"));
                throw e;
            }
        }
    }

    /**
     * As the host's root.
     *
     * @param arguments the sandbox that the probe puts itself into, if any, the mode, the vector if there is only one
     */
    List<Attempt> outside(List<Canary> canaries, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        Process process = builder.start();
        try {
            try (OutputStream in = process.getOutputStream()) {
                in.write(lines(canaries).getBytes(StandardCharsets.UTF_8));
            }
            int most = MOST_OUTPUT * (1 + canaries.size());
            byte[] said = process.getInputStream().readNBytes(most + 1); // it ends by itself after a minute
            if (said.length > most) throw new IOException("the probe says more than " + most + " bytes");
            int exit = process.waitFor();
            if (exit != 0) throw new IOException(String.join(" ", command) + " ended with status " + exit);
            return judged(said, canaries);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the probe was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String lines(List<Canary> canaries) {
        return canaries.stream().map(Canary::line).collect(Collectors.joining());
    }

    private static List<Attempt> judged(byte[] output, List<Canary> canaries) throws IOException {
        List<Attempt> attempts = new ArrayList<>();
        for (Attempt attempt : Attempt.parse(output))
            for (Canary canary : canaries)
                if (canary.owner().equals(attempt.victim())) attempts.add(attempt.judged(canary));
        return attempts;
    }

    @Override
    public void close() {
        sealed.close();
    }
}
