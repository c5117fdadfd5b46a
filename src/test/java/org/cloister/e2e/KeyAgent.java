package org.cloister.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An ssh-agent of the client's with one key. */
final class KeyAgent implements AutoCloseable {

    private final Path socket;
    private final Process agent;

    KeyAgent(Path key) {
        try {
            socket = Files.createTempDirectory("ct").resolve("agent");
            agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Its socket is there a moment before it listens.
        Eventually.holds(() -> Command.run("env", "SSH_AUTH_SOCK=" + socket, "ssh-add", "-q", key.toString())
                .orFail());
    }

    /** The ssh command, with this agent forwarded. */
    List<String> forwarded(List<String> command) {
        List<String> words = new ArrayList<>(command);
        words.set(words.indexOf("IdentityAgent=none"), "IdentityAgent=" + socket);
        words.add(1, "-A");
        return words;
    }

    /** Its keys as {@code ssh-add -L} shows them. */
    String list() {
        return Command.run("env", "SSH_AUTH_SOCK=" + socket, "ssh-add", "-L")
                .orFail()
                .out();
    }

    @Override
    public void close() {
        agent.destroy();
        try {
            agent.waitFor();
            Files.deleteIfExists(socket);
            Files.delete(socket.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
