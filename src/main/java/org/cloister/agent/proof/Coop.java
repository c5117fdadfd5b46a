package org.cloister.agent.proof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.sandbox.Commands;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Refusal;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.protocol.Inspection;

/** The canaries of one run: planted, and taken away with it, whatever happens. */
final class Coop implements Closeable {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECONDS = 15;

    private interface Cleanup {
        void run() throws IOException, Refusal;
    }

    private final Deque<Cleanup> cleanups = new ArrayDeque<>();

    /** In a tenant, through the ordinary exec path: its root runs `tail -f` on a file that only its root may read. */
    Canary plantInside(Tenants tenants, UUID tenant) throws IOException, Refusal {
        Commands commands = tenants.commands(tenant);
        String name = tenants.spec(tenant).name();
        String directory = "/root/.canary-" + random(16); // no other tenant can know it, so none can pose as it
        String secret = random(24);
        // What an audit left that was killed half way goes first: only one runs at a time.
        String script = "pkill -KILL -f '^tail -f /root/[.]canary-'; rm -rf -- /root/.canary-*; umask 077 && mkdir "
                + directory + " && cat > " + directory + "/secret && exec tail -f "
                + directory + "/secret > /dev/null 2>&1 < /dev/null";
        Commands.Started started = commands.shell("root", script, null, Map.of());
        cleanups.push(() -> {
            try (started) {
                started.status().send(List.of(), List.of("signal 9"));
            }
            commands.shell("root", "rm -rf -- " + directory, null, Map.of()).close();
        });
        Linux.writeAll(started.streams().get(0), (secret + "\n").getBytes(StandardCharsets.US_ASCII), SECONDS);
        started.streams().get(0).close();
        Linux.readAll(started.streams().get(1), 4096, SECONDS); // ends when tail took over
        for (Inspection.Process process : tenants.inspect(tenant).processes())
            if (process.pidInside() == started.pid() && process.command().startsWith("tail "))
                return new Canary(
                        name,
                        process.pid(),
                        ProcFiles.startTicks(process.pid()),
                        directory + "/secret",
                        directory + "/secret",
                        tenants.root(tenant)
                                .resolve("." + directory)
                                .resolve("secret")
                                .normalize(),
                        secret);
        throw new IOException("the canary in " + name + " does not live");
    }

    /** On the host itself, or in a chroot of it. */
    Canary plantOutside(String owner, Path chroot, Path directory) throws IOException {
        String secret = random(24);
        Path file = Files.createDirectories(directory).resolve("canary-" + random(16));
        Files.writeString(file, secret + "\n");
        Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        String path = chroot == null ? file.toString() : "/" + chroot.relativize(file);
        ProcessBuilder builder = chroot == null
                ? new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "tail", "-f", path)
                : new ProcessBuilder("setpriv", "--pdeathsig", "KILL", "chroot", chroot.toString(), "tail", "-f", path);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        cleanups.push(() -> {
            process.destroyForcibly();
            Files.deleteIfExists(file);
        });
        awaitTail(process);
        int pid = (int) process.pid();
        return new Canary(owner, pid, ProcFiles.startTicks(pid), path, path, file, secret);
    }

    private static void awaitTail(Process process) throws IOException {
        try {
            for (int i = 0; i < 500; i++) {
                String command = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
                if (command.startsWith("tail")) return;
                if (process.waitFor(2, TimeUnit.MILLISECONDS)) break;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the canary outside does not live");
    }

    private static String random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        while (!cleanups.isEmpty()) {
            try {
                cleanups.pop().run();
            } catch (IOException | Refusal e) {
                // The tenant was stopped meanwhile, and its canary with it.
            }
        }
    }
}
