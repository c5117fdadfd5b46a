package org.cloister.manager.transfer;

import java.nio.ByteBuffer;

/**
 * Cuts one direction of an sftp stream into packets (draft-ietf-secsh-filexfer-02 section 3: a length, a type, the rest).
 * Keeps the first bytes of a packet, where all that matters stands, and passes on what lies behind as it comes.
 */
final class SftpStream {

    /** As OpenSSH's SFTP_MAX_MSG_LENGTH. */
    static final int LONGEST = 256 * 1024;

    /** A path of PATH_MAX bytes, and what stands around it. */
    static final int HEAD = 4096 + 64;

    /** What is in the packets. */
    interface Reader {

        /**
         * A packet begins.
         *
         * @param type its first byte
         * @param head what follows, up to {@link #HEAD} bytes; valid during the call
         * @param behind how many bytes come after these, through {@link #more}
         */
        void begin(int type, ByteBuffer head, int behind) throws LostException;

        void more(ByteBuffer bytes) throws LostException;

        void end() throws LostException;
    }

    private final Reader reader;
    private final ByteBuffer head = ByteBuffer.allocate(HEAD);
    private int length;
    private int lengthBytes;
    private int left;
    private boolean inside;
    private boolean begun;

    SftpStream(Reader reader) {
        this.reader = reader;
    }

    void feed(ByteBuffer bytes) throws LostException {
        while (bytes.hasRemaining()) {
            if (!inside) {
                length = length << 8 | bytes.get() & 0xff;
                if (++lengthBytes == Integer.BYTES) begin();
                continue;
            }
            int size = Math.min(left, bytes.remaining());
            if (!begun) size = Math.min(size, head.remaining());
            ByteBuffer piece = bytes.slice().limit(size);
            bytes.position(bytes.position() + size);
            left -= size;
            if (begun) reader.more(piece);
            else head.put(piece);
            if (!begun && (left == 0 || !head.hasRemaining())) {
                begun = true;
                head.flip();
                reader.begin(head.get() & 0xff, head, left);
            }
            if (left == 0) {
                inside = false;
                length = 0;
                lengthBytes = 0;
                reader.end();
            }
        }
    }

    private void begin() throws LostException {
        if (length < 1 || length > LONGEST)
            throw new LostException("a packet of " + Integer.toUnsignedString(length) + " bytes");
        left = length;
        inside = true;
        begun = false;
        head.clear();
    }
}
