package org.cloister.manager.recording;

import java.io.IOException;
import java.nio.file.Path;
import javax.crypto.SecretKey;
import org.cloister.manager.host.SecretFile;

/**
 * The key that every recording's own key is wrapped with: 32 bytes, made once, readable by the manager alone. One that is
 * there and cannot be used is an error and never replaced: what was recorded could not be read any more.
 */
final class InstanceKey {

    static final int BYTES = 32;

    private InstanceKey() {}

    /**
     * Reads the key, or makes it where there is none yet.
     *
     * @throws IOException with a sentence that says what is wrong with the file and what to do
     */
    static SecretKey at(Path file) throws IOException {
        return SecretFile.key(file, "The recordings' key", "read an earlier recording");
    }
}
