package org.cloister.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program in a real terminal, typed into and read as a person would: script(1) makes the terminal. */
final class Terminal implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process script;
    private final Path device;
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private int read;

    /** @param command run in a terminal of 80 columns and 24 rows */
    Terminal(List<String> command) {
        try {
            device = Files.createTempFile("cloister-terminal", "");
            String line = "tty > " + device + "; stty cols 80 rows 24; exec " + quoted(command);
            ProcessBuilder builder = new ProcessBuilder("script", "-qefc", line, "/dev/null").redirectErrorStream(true);
            builder.environment().put("TERM", "xterm"); // where the tests run there may be none
            script = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().start(() -> collect(script.getInputStream()));
    }

    private static String quoted(List<String> command) {
        var line = new StringBuilder();
        for (String word : command)
            line.append('\'').append(word.replace("'", "'\\''")).append("' ");
        return line.toString();
    }

    private void collect(InputStream from) {
        byte[] chunk = new byte[4096];
        try (from) {
            for (int n; (n = from.read(chunk)) >= 0; ) {
                synchronized (shown) {
                    shown.write(chunk, 0, n);
                    shown.notifyAll();
                }
            }
        } catch (IOException e) {
            // the terminal is gone; what it showed stays
        }
    }

    /** Keys, as they are: "\r" is Enter, "\3" Ctrl-C, "\32" Ctrl-Z. */
    void type(String keys) {
        try {
            script.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
            script.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until what was not yet looked at contains this, and goes on behind it. */
    Matcher expect(String regex) {
        Pattern pattern = Pattern.compile(regex);
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (shown) {
            while (true) {
                Matcher found = pattern.matcher(shown.toString(StandardCharsets.ISO_8859_1));
                if (found.find(read)) {
                    read = found.end();
                    return found;
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0)
                    throw new AssertionError("\"" + regex + "\" did not come; shown was:\n"
                            + shown.toString(StandardCharsets.UTF_8).substring(read));
                try {
                    shown.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted", e);
                }
            }
        }
    }

    /** As a window is dragged larger. */
    void resize(int columns, int rows) {
        try {
            String path = Files.readString(device).strip();
            Command.run("stty", "-F", path, "cols", String.valueOf(columns), "rows", String.valueOf(rows))
                    .orFail();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the program's end. */
    int exit() {
        try {
            if (!script.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                throw new AssertionError("still there; shown was:\n" + shown.toString(StandardCharsets.UTF_8));
            return script.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Ends the program as a closed window does. */
    @Override
    public void close() {
        script.descendants().forEach(ProcessHandle::destroy);
        script.destroy();
        try {
            Files.deleteIfExists(device);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
