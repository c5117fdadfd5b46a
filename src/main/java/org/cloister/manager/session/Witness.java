package org.cloister.manager.session;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Looks on while what a session runs is carried. What it cannot take it refuses by an exception, and the bytes stop. */
public interface Witness extends AutoCloseable {

    /** Looks at nothing. */
    Witness NOBODY = new Witness() {};

    /** What the client is told before anything runs; null for nothing. */
    default String announcement() {
        return null;
    }

    /** What the process wrote, before the client gets it. The buffer is the witness's to empty. */
    default void output(ByteBuffer bytes) throws IOException {}

    /** What the client sent, before the process gets it. The buffer is the witness's to empty. */
    default void input(ByteBuffer bytes) throws IOException {}

    /** The terminal has another size. Does not block. */
    default void resized(int columns, int rows) {}

    /** The session is over. Does not block. */
    @Override
    default void close() {}
}
