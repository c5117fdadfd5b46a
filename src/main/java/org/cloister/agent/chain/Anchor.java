package org.cloister.agent.chain;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file outside, such as one on a medium that is written once or one that is shipped elsewhere, that gets a line for each
 * record: {@code NUMBER:SHA256 TIME SCHEMA INSTANCE}. Who cuts the chain has that file against him. It may lie where writing
 * fails or takes for ever, so a thread of its own writes it; nobody waits for longer than a second.
 */
public final class Anchor {

    private static final long PATIENCE_MILLISECONDS = 1_000;
    private static final long AGAIN_MILLISECONDS = 60_000;
    private static final int LONGEST_LINE = 400;
    private static final Pattern LINE = Pattern.compile("(\\d{1,18}):[0-9a-f]{64} .*");

    /** The line of a record by its number; null where there is no copy of it any more. */
    interface Lines {
        String of(long sequence) throws IOException;
    }

    private final Path file;
    private final Deque<String> waiting = new ArrayDeque<>();
    private boolean begun;
    private boolean busy;
    private boolean late;
    private int tries;
    private String fault;

    /** @param file null for none; it is made where it is not there */
    public Anchor(Path file) {
        this.file = file;
    }

    /**
     * Writes from now on, first what a crash kept from being written.
     *
     * @param length how many records there are
     */
    synchronized void begin(long length, Lines lines) {
        if (file == null || begun) return;
        begun = true;
        busy = true;
        Thread.ofPlatform().daemon().name("anchor").start(() -> work(length, lines));
    }

    /** Has a line written, once those before it are. */
    synchronized void note(String line) {
        if (!begun) return;
        waiting.add(line);
        notifyAll();
        long end = System.nanoTime() + PATIENCE_MILLISECONDS * 1_000_000;
        try {
            int before = tries;
            while (isBehind() && !late && (fault == null || tries == before)) {
                wait(20);
                late = isBehind() && System.nanoTime() > end;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why the latest records are not in the file; null where they are. */
    synchronized String fault() {
        if (fault != null) return fault;
        return !isBehind() ? null : "The anchor " + file + " does not take its lines.";
    }

    private boolean isBehind() {
        return busy || !waiting.isEmpty();
    }

    private void work(long length, Lines known) {
        tell(() -> append(missed(length, known)), 0);
        while (true) {
            List<String> lines;
            synchronized (this) {
                try {
                    while (waiting.isEmpty()) wait();
                } catch (InterruptedException e) {
                    return;
                }
                lines = new ArrayList<>(waiting);
                busy = true;
            }
            if (tell(() -> append(lines), lines.size())) continue;
            synchronized (this) {
                try {
                    if (waiting.size() == lines.size()) wait(AGAIN_MILLISECONDS); // or until the next record
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private boolean tell(Work work, int lines) {
        String failed = null;
        try {
            work.run();
        } catch (IOException | RuntimeException e) {
            failed = "The anchor " + file + " cannot be written: " + e + ".";
            System.err.println("agent: " + failed);
        }
        synchronized (this) {
            busy = false;
            late = false;
            tries++;
            fault = failed;
            if (failed == null) for (int i = 0; i < lines; i++) waiting.remove();
            notifyAll();
        }
        return failed == null;
    }

    /** Those after the last that is there; of a file that is new, the last alone. */
    private List<String> missed(long length, Lines known) throws IOException {
        long last = last();
        List<String> missed = new ArrayList<>();
        for (long sequence = last == 0 ? Math.max(1, length) : last + 1; sequence <= length; sequence++) {
            String line = known.of(sequence);
            if (line != null) missed.add(line);
        }
        return missed;
    }

    /** The number of the last whole line; 0 for none. */
    private long last() throws IOException {
        long last = 0;
        for (String line : end().split("\n")) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) last = Long.parseLong(matcher.group(1));
        }
        return last;
    }

    private String end() throws IOException {
        if (!Files.exists(file) || !Files.isRegularFile(file)) return "";
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(Math.max(0, in.length() - 2 * LONGEST_LINE));
            byte[] bytes = new byte[2 * LONGEST_LINE];
            int read = in.read(bytes);
            return new String(bytes, 0, Math.max(0, read), StandardCharsets.UTF_8);
        }
    }

    /** What a crash left of a line is ended first, so that the next one stands alone. */
    private void append(List<String> lines) throws IOException {
        if (lines.isEmpty()) return;
        String end = end();
        String begin = end.isEmpty() || end.endsWith("\n") ? "" : "\n";
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes =
                    ByteBuffer.wrap((begin + String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
    }
}
