package org.cloister.manager.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.cloister.manager.session.Witness;

/** A process's streams with somebody who looks on, before the bytes go where they lead. */
final class Witnessed {

    private Witnessed() {}

    static ReadableByteChannel output(ReadableByteChannel source, Witness witness) {
        if (witness == Witness.NOBODY) return source;
        return new ReadableByteChannel() {
            @Override
            public int read(ByteBuffer into) throws IOException {
                int start = into.position();
                int length = source.read(into);
                if (length > 0) witness.output(into.duplicate().flip().position(start));
                return length;
            }

            @Override
            public boolean isOpen() {
                return source.isOpen();
            }

            @Override
            public void close() throws IOException {
                source.close();
            }
        };
    }

    static WritableByteChannel input(WritableByteChannel sink, Witness witness) {
        if (witness == Witness.NOBODY) return sink;
        return new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                int length = bytes.remaining();
                witness.input(bytes.duplicate());
                while (bytes.hasRemaining()) sink.write(bytes); // else the rest would be seen again
                return length;
            }

            @Override
            public boolean isOpen() {
                return sink.isOpen();
            }

            @Override
            public void close() throws IOException {
                sink.close();
            }
        };
    }
}
