package org.cloister.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One connection of OpenSSH's client to a tenant, which is told over its control socket what to forward. */
final class Tunnel implements AutoCloseable {

    private final TenantHandle tenant;
    private final String user;
    private final KeyAgent agent;
    private final Path directory;

    Tunnel(TenantHandle tenant) {
        this(tenant, tenant.name(), null);
    }

    /**
     * @param user the name before the @
     * @param agent forwarded; or null
     * @param options of ssh(1) beside the tenant's own
     */
    Tunnel(TenantHandle tenant, String user, KeyAgent agent, String... options) {
        this.tenant = tenant;
        this.user = user;
        this.agent = agent;
        try {
            directory = Files.createTempDirectory("ct");
            List<String> words = new ArrayList<>(List.of("-M", "-fN"));
            words.addAll(List.of(options));
            Process master = new ProcessBuilder(command(words))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            if (master.waitFor() != 0)
                throw new AssertionError("no connection: " + Files.readString(directory.resolve("log")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private List<String> command(List<String> options, String... command) {
        List<String> words =
                new ArrayList<>(List.of("-S", directory.resolve("s").toString()));
        words.addAll(options);
        List<String> all = new ArrayList<>(tenant.sshCommand(words, command));
        all.set(all.indexOf(tenant.name() + "@127.0.0.1"), user + "@127.0.0.1");
        return agent == null ? all : agent.forwarded(all);
    }

    /** Asks for a forward, such as {@code -L 8000:localhost:80}; for -R 0:… the port is in the output. */
    Command.Outcome forward(String... forward) {
        return control("forward", forward);
    }

    Command.Outcome cancel(String... forward) {
        return control("cancel", forward);
    }

    private Command.Outcome control(String what, String... forward) {
        List<String> words = new ArrayList<>(List.of("-O", what));
        words.addAll(List.of(forward));
        return Command.run(command(words), new byte[0], Command.LONG);
    }

    /** Runs a command over this connection. */
    Command.Outcome run(String... command) {
        return Command.run(command(List.of(), command), new byte[0], Command.LONG);
    }

    /** Connects standard input and output to an address in the tenant, over this connection. */
    Command.Outcome netcat(byte[] input, String target) {
        return Command.run(command(List.of("-W", target)), input, Command.LONG);
    }

    /** A place for a socket of the client's side. */
    Path path(String name) {
        return directory.resolve(name);
    }

    @Override
    public void close() {
        control("exit");
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) Files.deleteIfExists(file);
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
