package org.cloister.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A record's file with its signature beside it, on its own or in an archive.
 *
 * @param signature null where there is none
 */
record RecordFile(String name, byte[] document, String signature) {

    /** An archive may claim anything; a record of a thousand tenants is smaller. */
    private static final int LARGEST = 256 << 20;

    interface Reader {
        void read(RecordFile file) throws IOException;
    }

    /** @throws IOException it cannot be read, or is no archive */
    static void each(Path path, Reader reader) throws IOException {
        if (!path.toString().endsWith(".zip")) {
            Path beside = path.resolveSibling(path.getFileName() + ".sig");
            byte[] signature = Files.exists(beside) ? Files.readAllBytes(beside) : null;
            reader.read(new RecordFile(path.toString(), Files.readAllBytes(path), text(signature)));
            return;
        }
        try (ZipFile zip = new ZipFile(path.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.getName().endsWith(".json")) continue;
                reader.read(new RecordFile(
                        entry.getName(), bytes(zip, entry), text(bytes(zip, zip.getEntry(entry.getName() + ".sig")))));
            }
        } catch (ZipException e) {
            throw new IOException(path + " is no archive of records (" + e.getMessage() + ")", e);
        }
    }

    private static byte[] bytes(ZipFile zip, ZipEntry entry) throws IOException {
        if (entry == null) return null;
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(LARGEST);
            if (in.read() >= 0) throw new ZipException(entry.getName() + " is larger than any record");
            return bytes;
        }
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
