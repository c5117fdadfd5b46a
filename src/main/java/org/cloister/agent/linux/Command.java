package org.cloister.agent.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A tool of the machine's, run with an array of arguments, a small fixed environment and a time limit. */
public final class Command {

    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Command() {}

    /** Its standard output. */
    public static String run(List<String> command) throws IOException {
        return run(command, "", 60);
    }

    /**
     * @param input given as standard input
     * @param seconds after which it is killed and the call fails
     * @throws IOException it could not be started, failed or took too long; the message holds what it said
     */
    public static String run(List<String> command, String input, int seconds) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", PATH);
        builder.environment().put("LC_ALL", "C");
        builder.directory(new java.io.File("/"));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IOException(
                    command.getFirst() + " cannot be run; is its package installed? `ops/up` installs it.", e);
        }
        CompletableFuture<byte[]> out = drain(process.getInputStream());
        CompletableFuture<byte[]> err = drain(process.getErrorStream());
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended without reading all of it; its exit status says more.
        }
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " took more than " + seconds + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(command.getFirst() + " was interrupted", e);
        }
        if (process.exitValue() != 0)
            throw new IOException(
                    String.join(" ", command) + ": " + new String(err.join(), StandardCharsets.UTF_8).strip());
        return new String(out.join(), StandardCharsets.UTF_8);
    }

    private static CompletableFuture<byte[]> drain(java.io.InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return stream.readAllBytes();
                    } catch (IOException e) {
                        return new byte[0];
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }
}
