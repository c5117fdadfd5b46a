package org.cloister.manager.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** Text that comes typed, in files, or both. */
public final class Uploads {

    private static final int LARGEST = 128 * 1024;

    private Uploads() {}

    /** What was typed and then what each file holds, a line break between. A file that is too large is cut. */
    public static String texts(String typed, List<FileUpload> files) {
        StringBuilder text = new StringBuilder(typed == null ? "" : typed.strip());
        for (FileUpload file : files == null ? List.<FileUpload>of() : files) {
            if (file.size() == 0) continue;
            try (var in = Files.newInputStream(file.uploadedFile())) {
                text.append(text.isEmpty() ? "" : "\n")
                        .append(new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8).strip());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return text.toString();
    }

    /** What may be shown again to whoever typed it: a private key goes no further, not even back. */
    public static String echo(String text) {
        return text != null && text.contains("PRIVATE KEY") ? "" : text == null ? "" : text;
    }
}
