package org.cloister.manager.recording;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecorderTest {

    private final SecretKey instance = Seal.newKey();
    private final UUID id = UUID.randomUUID();
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final CompletableFuture<Recording.Ending> done = new CompletableFuture<>();

    @TempDir
    Path directory;

    @Test
    void aFullDiskEndsTheSessionAndShowsNothingMore() throws Exception {
        Recorder recorder = start(bytes -> {
            throw new IOException("No space left on device");
        });
        recorder.output(ByteBuffer.wrap(new byte[100]));
        assertEquals(Recorder.FAILED, ended.get(60, TimeUnit.SECONDS));
        assertEquals(Recording.Ending.CUT, done.get(60, TimeUnit.SECONDS));
        assertThrows(IOException.class, () -> recorder.output(ByteBuffer.wrap(new byte[100])));
    }

    @Test
    void aDiskThatHangsEndsTheSessionAndHoldsFewBytes() throws Exception {
        CompletableFuture<Void> never = new CompletableFuture<>();
        Recorder recorder = start(bytes -> {
            never.join();
            return true;
        });
        long begin = System.nanoTime();
        int taken = 0;
        try {
            while (true) {
                recorder.output(ByteBuffer.wrap(new byte[32 * 1024]));
                taken++;
            }
        } catch (IOException e) {
            assertEquals(Recorder.FAILED, e.getMessage());
        }
        assertTrue(taken < 16, "it held " + taken + " pieces");
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
        assertTrue(seconds >= 4 && seconds < 60, seconds + " s");
        assertEquals(Recorder.FAILED, ended.get(60, TimeUnit.SECONDS));
        never.complete(null);
    }

    @Test
    void whatGrowsTooLargeIsTruncatedMarkedAndLetsTheSessionGoOn() throws Exception {
        long[] left = {5_000};
        Recorder recorder = start(bytes -> (left[0] -= bytes) >= 0);
        for (int i = 0; i < 1_000; i++) recorder.output(ByteBuffer.wrap(("line " + i + "\r\n").getBytes()));
        recorder.close();
        assertEquals(Recording.Ending.TRUNCATED, done.get(60, TimeUnit.SECONDS));
        assertFalse(ended.isDone());
        String text = read(true);
        assertTrue(text.contains("line 50") && !text.contains("line 900"), text);
        assertTrue(
                text.strip().endsWith("\"m\", \"The recording grew too large and ends here; the session went on.\"]"),
                text);
    }

    @Test
    void whatATerminalShowedIsKeptToTheEnd() throws Exception {
        Recorder recorder = start(bytes -> true);
        assertTrue(recorder.announcement().contains("is recorded"));
        recorder.output(ByteBuffer.wrap("hello".getBytes()));
        recorder.resized(80, 24);
        recorder.resized(132, 50);
        recorder.resized(65_535, 65_535);
        recorder.resized(0, 0);
        for (int tries = 0; tries < 600 && !read(false).contains("hello"); tries++) Thread.sleep(100);
        assertTrue(read(false).contains("hello"), "it is on disk while the session goes on");
        recorder.output(ByteBuffer.wrap("bye".getBytes()));
        recorder.close();
        assertEquals(Recording.Ending.WHOLE, done.get(60, TimeUnit.SECONDS));
        String text = read(true);
        assertTrue(text.startsWith("{\"version\":2,\"width\":80,\"height\":24,"), text);
        assertTrue(text.lines().skip(1).findFirst().orElse("").contains("This session is recorded"), text);
        assertTrue(sizes(text).equals(List.of("132x50", "1000x500", "80x24")) && text.contains("bye"), text);
        assertFalse(ended.isDone());
    }

    private static List<String> sizes(String text) {
        return Pattern.compile("\"r\", \"(\\w+)\"")
                .matcher(text)
                .results()
                .map(size -> size.group(1))
                .toList();
    }

    private Recorder start(Recorder.Room room) throws IOException {
        SealedWriter file = new SealedWriter(directory.resolve("recording"), instance, id);
        Recorder recorder = new Recorder(file, room, 80, 24, "xterm", ended::complete, done::complete);
        Thread.ofPlatform().daemon().start(recorder);
        return recorder;
    }

    private String read(boolean whole) throws IOException {
        StringBuilder text = new StringBuilder();
        try (SealedReader in = new SealedReader(directory.resolve("recording"), instance, id)) {
            for (byte[] piece; (piece = in.next()) != null; ) text.append(new String(piece, StandardCharsets.UTF_8));
            assertEquals(whole, in.isWhole());
        }
        return text.toString();
    }
}
