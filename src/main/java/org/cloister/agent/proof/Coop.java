package org.cloister.agent.proof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.sandbox.Commands;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/** The canaries of one run: planted, and taken away with it, whatever happens. Safe for several threads. */
final class Coop implements Closeable {

    /**
     * One that was planted.
     *
     * @param owned what its owner's own access gave, by vector
     */
    record Planted(Canary canary, Map<String, Attempt> owned) {}

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECONDS = 15;
    private static final int MOST_SAID = 256 << 10;

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** @param end tells one to take everything away, {@code await} sees to it that it did */
    private record Cleanup(Step end, Step await) {}

    private final Queue<Cleanup> cleanups = new ConcurrentLinkedQueue<>();
    private final Path program;
    private final Fd sealed;

    /** @param sealed the same program as a descriptor, which stays its owner's */
    Coop(Path program, Fd sealed) {
        this.program = program;
        this.sealed = sealed;
    }

    /** In a tenant, through the ordinary exec path, as its root. */
    Planted plantInside(Tenants tenants, TenantSpec spec) throws IOException, Refusal {
        Slot slot = new Slot(spec.slot());
        Map<String, String> known = Map.of(
                "tag", random(16),
                "id", spec.id().toString(),
                "address4", slot.address4(),
                "address6", slot.address6());
        String secret = random(24);
        Commands.Started started = tenants.commands(spec.id()).program(sealed, List.of("probe", "canary"));
        cleanups.add(new Cleanup(() -> started.streams().getFirst().close(), () -> await(started)));
        Linux.writeAll(
                started.streams().get(0),
                order(spec.name(), secret, "/root", known, "wildcard=yes\t").getBytes(StandardCharsets.US_ASCII),
                SECONDS);
        byte[] said = Linux.readAll(started.streams().get(1), MOST_SAID, SECONDS);
        Map<String, String> told = new HashMap<>(Canary.planted(spec.name(), said));
        told.putAll(known);
        told.put(
                "hostpath",
                tenants.root(spec.id())
                        .resolve("." + told.get("file"))
                        .normalize()
                        .toString());
        int pid = tenants.process(spec.id(), Integer.parseInt(told.get("process")))
                .orElseThrow(() -> new IOException("the canary in " + spec.name() + " does not live"));
        return planted(spec.name(), pid, secret, told, said);
    }

    /** One that does not end within the time is killed. */
    private static void await(Commands.Started started) throws IOException {
        try (started) {
            try {
                started.status().receive(SECONDS);
            } finally {
                started.status().send(List.of(), List.of("signal 9"));
            }
        }
    }

    /** On the machine itself. */
    Planted plantOnHost(String owner, Path directory) throws IOException {
        Files.createDirectories(directory);
        return plantOutside(owner, List.of("canary"), directory.toString(), Map.of("machine", "yes"), Path.of("/"));
    }

    /** In a chroot of the machine's, which shares its network: its own address is loopback. */
    Planted plantInChroot(String owner, Path tree) throws IOException {
        return plantOutside(
                owner,
                List.of("chroot", tree.toString(), "canary"),
                "/root",
                Map.of("machine", "yes", "address4", "127.0.0.1", "address6", "::1"),
                tree);
    }

    private Planted plantOutside(
            String owner, List<String> arguments, String directory, Map<String, String> more, Path root)
            throws IOException {
        Map<String, String> known = new HashMap<>(Map.of("tag", random(16)));
        known.putAll(more);
        String secret = random(24);
        List<String> command = new java.util.ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        Process process = builder.start();
        cleanups.add(new Cleanup(() -> process.getOutputStream().close(), () -> {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
        }));
        process.getOutputStream()
                .write(order(owner, secret, directory, known, "").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        byte[] said = process.getInputStream().readNBytes(MOST_SAID);
        Map<String, String> told = new HashMap<>(Canary.planted(owner, said));
        told.putAll(known);
        told.put("hostpath", root.resolve("." + told.get("file")).normalize().toString());
        return planted(owner, Integer.parseInt(told.get("process")), secret, told, said);
    }

    private static Planted planted(String owner, int pid, String secret, Map<String, String> told, byte[] said)
            throws IOException {
        Canary canary = new Canary(owner, pid, ProcFiles.startTicks(pid), secret, told);
        Map<String, Attempt> owned = new LinkedHashMap<>();
        for (Attempt attempt : Attempt.parse(Canary.restOf(said)))
            if (attempt.victim().equals(owner)) owned.put(attempt.vector(), attempt.judged(canary));
        return new Planted(canary, owned);
    }

    private static String order(String name, String secret, String directory, Map<String, String> told, String more) {
        StringBuilder order = new StringBuilder(more + "name=" + name);
        told.forEach((key, value) -> order.append('\t').append(key).append('=').append(value));
        return order + "\tsecret=" + secret + "\tdirectory=" + directory + "\n";
    }

    private static String random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        for (Cleanup cleanup : cleanups) attempt(cleanup.end());
        for (Cleanup cleanup : cleanups) attempt(cleanup.await());
    }

    private static void attempt(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            // The tenant was stopped meanwhile, and its canary with it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
