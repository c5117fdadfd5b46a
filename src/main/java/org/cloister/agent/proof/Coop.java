package org.cloister.agent.proof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
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
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/** The canaries of one run: planted, and taken away with it, whatever happens. Safe for several threads. */
final class Coop implements Closeable {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECONDS = 15;
    private static final int MOST_SAID = 65_536;

    private interface Cleanup {
        void run() throws IOException, InterruptedException;
    }

    private final Queue<Cleanup> cleanups = new ConcurrentLinkedQueue<>();
    private final Path program;
    private final Fd sealed;

    /** @param sealed the same program as a descriptor, which stays its owner's */
    Coop(Path program, Fd sealed) {
        this.program = program;
        this.sealed = sealed;
    }

    /** In a tenant, through the ordinary exec path, as its root. */
    Canary plantInside(Tenants tenants, TenantSpec spec) throws IOException, Refusal {
        Map<String, String> told = new HashMap<>(Map.of("tag", random(16)));
        String secret = random(24);
        Commands.Started started = tenants.commands(spec.id()).program(sealed, List.of("probe", "canary"));
        cleanups.add(() -> end(started));
        told.putAll(ask(spec.name(), started, "wildcard=yes\t" + order(told.get("tag"), secret, "/root")));
        Slot slot = new Slot(spec.slot());
        told.put("id", spec.id().toString());
        told.put("address4", slot.address4());
        told.put("address6", slot.address6());
        told.put(
                "hostpath",
                tenants.root(spec.id())
                        .resolve("." + told.get("file"))
                        .normalize()
                        .toString());
        int inside = Integer.parseInt(told.get("process"));
        for (Inspection.Process process : tenants.inspect(spec.id()).processes())
            if (process.pidInside() == inside) return canary(spec.name(), process.pid(), secret, told);
        throw new IOException("the canary in " + spec.name() + " does not live");
    }

    private static Map<String, String> ask(String owner, Commands.Started started, String order) throws IOException {
        Linux.writeAll(started.streams().get(0), order.getBytes(StandardCharsets.US_ASCII), SECONDS);
        return Canary.planted(owner, Linux.readAll(started.streams().get(1), MOST_SAID, SECONDS));
    }

    /** Its input's end tells it to take everything away; one that does not within the time is killed. */
    private static void end(Commands.Started started) throws IOException {
        try (started) {
            started.streams().get(0).close();
            try {
                started.status().receive(SECONDS);
            } finally {
                started.status().send(List.of(), List.of("signal 9"));
            }
        }
    }

    /** On the machine itself. */
    Canary plantOnHost(String owner, Path directory) throws IOException {
        Files.createDirectories(directory);
        return plantOutside(owner, List.of("canary"), directory.toString(), Map.of("machine", "yes"), Path.of("/"));
    }

    /** In a chroot of the machine's, which shares its network: its own address is loopback. */
    Canary plantInChroot(String owner, Path tree) throws IOException {
        return plantOutside(
                owner,
                List.of("chroot", tree.toString(), "canary"),
                "/root",
                Map.of("machine", "yes", "address4", "127.0.0.1", "address6", "::1"),
                tree);
    }

    private Canary plantOutside(
            String owner, List<String> arguments, String directory, Map<String, String> more, Path root)
            throws IOException {
        Map<String, String> told = new HashMap<>(Map.of("tag", random(16)));
        told.putAll(more);
        String secret = random(24);
        List<String> command = new java.util.ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        Process process = builder.start();
        cleanups.add(() -> {
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
        });
        process.getOutputStream()
                .write(order(told.get("tag"), secret, directory).getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        told.putAll(Canary.planted(owner, process.getInputStream().readNBytes(MOST_SAID)));
        told.put("hostpath", root.resolve("." + told.get("file")).normalize().toString());
        return canary(owner, Integer.parseInt(told.get("process")), secret, told);
    }

    private static Canary canary(String owner, int pid, String secret, Map<String, String> told) throws IOException {
        return new Canary(owner, pid, ProcFiles.startTicks(pid), secret, told);
    }

    private static String order(String tag, String secret, String directory) {
        return "tag=" + tag + "\tsecret=" + secret + "\tdirectory=" + directory + "\n";
    }

    private static String random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        for (Cleanup cleanup : cleanups) {
            try {
                cleanup.run();
            } catch (IOException e) {
                // The tenant was stopped meanwhile, and its canary with it.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
