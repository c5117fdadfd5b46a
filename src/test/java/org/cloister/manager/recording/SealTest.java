package org.cloister.manager.recording;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings on disk: what was changed, moved, left out or cut off is found, and what was not is read. */
class SealTest {

    private static final int HEADER = Seal.MAGIC.length + Seal.NONCE + Seal.WRAPPED;

    private final SecretKey instance = Seal.newKey();
    private final UUID id = UUID.randomUUID();
    private final byte[] text = new byte[3 * Seal.CHUNK / 2];

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        new Random(1).nextBytes(text);
        file = directory.resolve("recording");
        try (SealedWriter out = new SealedWriter(file, instance, id)) {
            out.write(Arrays.copyOfRange(text, 0, 1000));
            out.flush();
            out.write(Arrays.copyOfRange(text, 1000, 1500));
            out.flush();
            out.flush();
            out.write(Arrays.copyOfRange(text, 1500, text.length));
            out.finish();
            assertEquals(Files.size(file), out.written());
        }
    }

    @Test
    void anyChangedByteIsFound() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(2);
        for (int i = 0; i < 300; i++) {
            byte[] changed = whole.clone();
            int at = i < HEADER + 40 ? i : random.nextInt(whole.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);
            assertFalse(isIntact(), "byte " + at);
        }
    }

    @Test
    void aTailThatIsCutOffIsFound() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        List<byte[]> chunks = chunks(whole);
        for (int keep = 0; keep < chunks.size(); keep++) {
            Files.write(file, join(whole, chunks.subList(0, keep)));
            try (SealedReader in = new SealedReader(file, instance, id)) {
                while (in.next() != null) {}
                assertFalse(in.isWhole(), keep + " of " + chunks.size() + " parts");
            }
        }
        for (int length = HEADER; length < whole.length; length += 997) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertFalse(isIntact(), length + " bytes");
        }
    }

    @Test
    void partsThatChangedPlacesAreFound() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        List<byte[]> chunks = chunks(whole);
        assertEquals(4, chunks.size());
        for (int a = 0; a < chunks.size(); a++)
            for (int b = a + 1; b < chunks.size(); b++) {
                List<byte[]> swapped = new ArrayList<>(chunks);
                swapped.set(a, chunks.get(b));
                swapped.set(b, chunks.get(a));
                Files.write(file, join(whole, swapped));
                assertFalse(isIntact(), a + " and " + b);
            }
        for (int gone = 0; gone < chunks.size(); gone++) {
            List<byte[]> fewer = new ArrayList<>(chunks);
            fewer.remove(gone);
            Files.write(file, join(whole, fewer));
            assertFalse(isIntact(), "without " + gone);
        }
        List<byte[]> more = new ArrayList<>(chunks);
        more.add(chunks.getLast());
        Files.write(file, join(whole, more));
        assertFalse(isIntact());
    }

    @Test
    void anotherRecordingsFileOrKeyIsFound() throws IOException {
        assertThrows(ChangedException.class, () -> new SealedReader(file, instance, UUID.randomUUID()));
        assertThrows(ChangedException.class, () -> new SealedReader(file, Seal.newKey(), id));
        Files.write(file, new byte[0]);
        assertThrows(ChangedException.class, () -> new SealedReader(file, instance, id));
    }

    @Test
    void whatWasWrittenIsReadAndIsNotInTheFile() throws IOException {
        try (SealedReader in = new SealedReader(file, instance, id)) {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            for (byte[] piece; (piece = in.next()) != null; ) read.write(piece);
            assertArrayEquals(text, read.toByteArray());
            assertTrue(in.isWhole());
        }
        String raw = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (int at = 0; at + 16 < text.length; at += 1000)
            assertFalse(raw.contains(new String(text, at, 16, StandardCharsets.ISO_8859_1)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertThrows(FileAlreadyExistsException.class, () -> new SealedWriter(file, instance, id));
    }

    @Test
    void aKeyIsMadeOnceForItsOwnerAndNeverReplaced() throws IOException {
        Path place = directory.resolve("key");
        SecretKey key = InstanceKey.at(place);
        assertArrayEquals(key.getEncoded(), InstanceKey.at(place).getEncoded());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(place)));
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rw-r-----"));
        assertThrows(IOException.class, () -> InstanceKey.at(place));
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rw-------"));
        Files.write(place, new byte[31]);
        assertThrows(IOException.class, () -> InstanceKey.at(place));
        assertEquals(31, Files.size(place));
    }

    private boolean isIntact() throws IOException {
        try (SealedReader in = new SealedReader(file, instance, id)) {
            while (in.next() != null) {}
            return in.isWhole();
        } catch (ChangedException e) {
            return false;
        }
    }

    private static List<byte[]> chunks(byte[] whole) {
        List<byte[]> chunks = new ArrayList<>();
        for (int at = HEADER; at < whole.length; ) {
            int length =
                    Integer.BYTES + ByteBuffer.wrap(whole, at, Integer.BYTES).getInt();
            chunks.add(Arrays.copyOfRange(whole, at, at + length));
            at += length;
        }
        return chunks;
    }

    private static byte[] join(byte[] whole, List<byte[]> chunks) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(whole, 0, HEADER);
        chunks.forEach(joined::writeBytes);
        return joined.toByteArray();
    }
}
