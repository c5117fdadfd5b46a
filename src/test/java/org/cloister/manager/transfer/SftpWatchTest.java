package org.cloister.manager.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is claimed of files that pass by sftp, and what is not. */
class SftpWatchTest {

    private static final int READ = 1;
    private static final int NEW = 0x1a; // write, create, truncate

    private final List<String> told = new ArrayList<>();
    private final SftpWatch watch = new SftpWatch(new SftpWatch.Teller() {
        @Override
        public void passed(PassedFile file, boolean closed) {
            told.add(file.sentence(closed));
        }

        @Override
        public void lost(String why) {
            told.add("lost: " + why);
        }
    });

    // --- what is not claimed ---

    @Test
    void noChecksumIsClaimedOfBytesOutOfOrder() throws Exception {
        open(1, "a", NEW);
        write(2, "a", 3, "def");
        write(3, "a", 0, "abc");
        close(4, "a");
        assertEquals(List.of("put a: 6 bytes, not in sequence, so without a checksum."), told);
    }

    @Test
    void noneIsClaimedOfWhatWasAppendedOrWrittenTwice() throws Exception {
        open(1, "a", NEW | 4);
        write(2, "a", 0, "abc");
        close(3, "a");
        open(4, "b", NEW);
        write(5, "b", 0, "abc");
        write(6, "b", 0, "abc");
        close(7, "b");
        assertEquals("put a: 3 bytes, not in sequence, so without a checksum.", told.get(0));
        assertEquals("put b: 6 bytes, not in sequence, so without a checksum.", told.get(1));
    }

    @Test
    void aPartIsNotCalledTheWhole() throws Exception {
        open(1, "a", 2); // not truncated: what was behind is still there
        write(2, "a", 0, "abc");
        close(3, "a");
        open(4, "b", READ);
        read(5, "b", 0, "abc");
        close(6, "b");
        assertEquals(
                List.of(
                        "put a part of a: 3 bytes, SHA-256 " + sha("abc") + ".",
                        "got a part of b: 3 bytes, SHA-256 " + sha("abc") + "."),
                told);
    }

    @Test
    void anErrorIsTold() throws Exception {
        open(1, "a", NEW);
        watch.input(packet(6, 2, "a", 0L, "abc"));
        watch.output(packet(101, 2, 4, "No space", ""));
        close(3, "a");
        assertEquals(List.of("put a: 3 bytes, and an error."), told);
    }

    @Test
    void aFileThatIsNotClosedIsToldAsSuch() throws Exception {
        open(1, "a", NEW);
        write(2, "a", 0, "abc");
        watch.close();
        assertEquals(List.of("put a: 3 bytes, SHA-256 " + sha("abc") + "; it was not closed."), told);
    }

    @Test
    void whatIsOnlyLookedAtOrRefusedIsNoTransfer() throws Exception {
        open(1, "a", READ);
        close(2, "a");
        watch.input(packet(3, 3, "b", NEW, 0));
        watch.output(packet(101, 3, 3, "Permission denied", ""));
        watch.input(packet(11, 4, "/"));
        watch.output(packet(102, 4, "dir"));
        watch.close();
        assertEquals(List.of(), told);
    }

    @Test
    void whoeverSpeaksSomethingElseIsNotFollowed() throws Exception {
        for (ByteBuffer odd : List.of(
                ByteBuffer.wrap("bash: warning: setlocale\n".getBytes()),
                ByteBuffer.wrap(new byte[] {0, 0, 0, 0}),
                packet(2, 6),
                packet(101, 7))) {
            told.clear();
            SftpWatch other = fresh();
            other.output(odd);
            assertEquals(1, told.size(), told.toString());
            assertTrue(told.get(0).startsWith("lost: "), told.toString());
            other.output(packet(101, 7));
            other.close();
            assertEquals(1, told.size());
        }
    }

    @Test
    void aWriteThatLiesAboutItsLengthIsNotFollowed() throws Exception {
        open(1, "a", NEW);
        ByteBuffer lie = packet(6, 2, "a", 0L, "abc");
        lie.putInt(lie.limit() - 7, 4);
        watch.input(lie);
        assertEquals(List.of("lost: data of another length than it says"), told);
    }

    @Test
    void requestsAndFilesWithoutEndAreNotFollowed() throws Exception {
        open(1, "a", READ);
        for (int id = 2; id < 10_000; id++) watch.input(packet(5, id, "a", 0L, 100));
        assertEquals(List.of("lost: more than 4096 requests at a time"), told);
        told.clear();
        SftpWatch other = fresh();
        for (int id = 0; id < 3_000; id++) {
            other.input(packet(3, id, "x", READ, 0));
            other.output(packet(102, id, "h" + id));
        }
        assertEquals(List.of("lost: more than 1024 files at a time"), told);
    }

    // --- what is ---

    @Test
    void aFileThatWasPutHasItsNameSizeAndChecksum() throws Exception {
        open(1, "/root/report.txt", NEW);
        write(2, "/root/report.txt", 0, "abc");
        write(3, "/root/report.txt", 3, "def");
        close(4, "/root/report.txt");
        assertEquals(List.of("put /root/report.txt: 6 bytes, SHA-256 " + sha("abcdef") + "."), told);
    }

    @Test
    void aFileThatWasGotToItsEndHasThemToo() throws Exception {
        open(1, "b", READ);
        watch.input(packet(5, 2, "b", 0L, 3));
        watch.input(packet(5, 3, "b", 3L, 3));
        watch.input(packet(5, 4, "b", 6L, 3));
        watch.output(packet(103, 2, "abc"));
        watch.output(packet(103, 3, "def"));
        watch.output(packet(101, 4, 1, "End of file", ""));
        close(5, "b");
        assertEquals(List.of("got b: 6 bytes, SHA-256 " + sha("abcdef") + "."), told);
    }

    @Test
    void aFileThatIsCutToWhatPassedIsWholeAndToAnotherSizeIsNot() throws Exception {
        for (long size : new long[] {3, 2}) {
            open(1, "a", 2);
            write(2, "a", 0, "abc");
            watch.input(packet(10, 3, "a", 1, size));
            watch.output(packet(101, 3, 0, "", ""));
            close(4, "a");
        }
        assertEquals(
                List.of(
                        "put a: 3 bytes, SHA-256 " + sha("abc") + ".",
                        "put a part of a: 3 bytes, not in sequence, so without a checksum."),
                told);
    }

    @Test
    void anEmptyFileIsATransfer() throws Exception {
        open(1, "a", NEW);
        close(2, "a");
        assertEquals(List.of("put a: 0 bytes, SHA-256 " + sha("") + "."), told);
    }

    @Test
    void aNameIsShownPlain() throws Exception {
        open(1, "a\n\033[31m\u202eb", NEW);
        close(2, "a\n\033[31m\u202eb");
        assertTrue(told.get(0).startsWith("put a ?[31m?b: 0 bytes"), told.get(0));
    }

    @Test
    void itDoesNotMatterHowTheStreamIsCut() throws Exception {
        String large = "0123456789abcdef".repeat(2_000);
        ByteArrayOutputStream client = new ByteArrayOutputStream();
        ByteArrayOutputStream server = new ByteArrayOutputStream();
        client.writeBytes(packet(1, 3).array());
        server.writeBytes(packet(2, 3).array());
        client.writeBytes(packet(3, 1, "large", NEW, 0).array());
        server.writeBytes(packet(102, 1, "h").array());
        String expected = "put large: 64,000 bytes, SHA-256 " + sha(large + large) + ".";
        byte[] writes = join(packet(6, 2, "h", 0L, large), packet(6, 3, "h", 32_000L, large), packet(4, 4, "h"));
        byte[] statuses = join(packet(101, 2, 0, "", ""), packet(101, 3, 0, "", ""), packet(101, 4, 0, "", ""));
        Random random = new Random(3);
        for (int round = 0; round < 50; round++) {
            told.clear();
            SftpWatch cut = fresh();
            feed(random, client.toByteArray(), cut::input);
            feed(random, server.toByteArray(), cut::output);
            feed(random, writes, cut::input);
            feed(random, statuses, cut::output);
            assertEquals(List.of(expected), told);
        }
    }

    /** Nothing that passes throws, and what is kept stays small. */
    @Test
    void nothingThatEitherSideSaysBreaksIt() throws Exception {
        Random random = new Random(5);
        long end = System.nanoTime() + 3_000_000_000L;
        int rounds = 0;
        while (rounds <= 100 || System.nanoTime() < end) {
            SftpWatch fuzzed = fresh();
            List<ByteBuffer> both = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                ByteBuffer packet = packet(
                        new int[] {1, 2, 3, 4, 5, 6, 101, 102, 103, 200}[random.nextInt(10)],
                        random.nextInt(4),
                        "h".repeat(random.nextInt(3)),
                        random.nextBoolean() ? (Object) (long) random.nextInt(9) : random.nextInt(30),
                        "data");
                for (int flips = random.nextInt(3); flips > 0; flips--)
                    packet.put(random.nextInt(packet.limit()), (byte) random.nextInt());
                both.add(packet);
            }
            for (ByteBuffer packet : both) {
                if (random.nextBoolean()) fuzzed.input(packet);
                else fuzzed.output(packet);
            }
            fuzzed.close();
            rounds++;
        }
        assertTrue(rounds > 100, rounds + " rounds");
    }

    private SftpWatch fresh() {
        return new SftpWatch(new SftpWatch.Teller() {
            @Override
            public void passed(PassedFile file, boolean closed) {
                told.add(file.sentence(closed));
            }

            @Override
            public void lost(String why) {
                told.add("lost: " + why);
            }
        });
    }

    private static void feed(Random random, byte[] bytes, java.util.function.Consumer<ByteBuffer> to) {
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 7 : 9_000));
            to.accept(ByteBuffer.wrap(bytes, at, length).slice());
            at += length;
        }
    }

    /** The handle of a file is its name here. */
    private void open(int id, String name, int flags) {
        watch.input(packet(3, id, name, flags, 0));
        watch.output(packet(102, id, name));
    }

    private void write(int id, String handle, long offset, String data) {
        watch.input(packet(6, id, handle, offset, data));
        watch.output(packet(101, id, 0, "", ""));
    }

    private void read(int id, String handle, long offset, String data) {
        watch.input(packet(5, id, handle, offset, data.length()));
        watch.output(packet(103, id, data));
    }

    private void close(int id, String handle) {
        watch.input(packet(4, id, handle));
        watch.output(packet(101, id, 0, "", ""));
    }

    /** Integers, longs and texts as the protocol writes them. */
    private static ByteBuffer packet(int type, Object... fields) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(0);
            out.writeByte(type);
            for (Object field : fields) {
                switch (field) {
                    case Integer number -> out.writeInt(number);
                    case Long number -> out.writeLong(number);
                    default -> {
                        byte[] text = field.toString().getBytes(StandardCharsets.UTF_8);
                        out.writeInt(text.length);
                        out.write(text);
                    }
                }
            }
            ByteBuffer packet = ByteBuffer.wrap(bytes.toByteArray());
            return packet.putInt(0, packet.limit() - Integer.BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] join(ByteBuffer... packets) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(packets).forEach(packet -> all.writeBytes(packet.array()));
        return all.toByteArray();
    }

    private static String sha(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
