package org.cloister.manager.transfer;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.cloister.manager.page.Words;

/** A file between its opening and its closing. A checksum is claimed only of bytes that passed in their order, from the first on. */
final class PassedFile {

    /** draft-ietf-secsh-filexfer-02 section 6.3. */
    private static final int WRITE = 0x02;

    private static final int APPEND = 0x04;
    private static final int TRUNCATE = 0x10;

    private final String name;
    private final int flags;
    private MessageDigest digest;
    private long bytes;
    private boolean read;
    private boolean written;
    private boolean inOrder = true;
    private boolean toItsEnd;
    private boolean cut;
    private boolean failed;

    /** @param name as it is shown */
    PassedFile(String name, int flags) {
        this.name = name;
        this.flags = flags;
        written = (flags & WRITE) != 0 && (flags & TRUNCATE) != 0;
    }

    /** Bytes of this place in the file follow. */
    void writes(long offset) {
        written = true;
        place(offset);
    }

    void reads(long offset) {
        read = true;
        place(offset);
    }

    private void place(long offset) {
        if (offset != bytes || (flags & APPEND) != 0) inOrder = false;
    }

    void pass(ByteBuffer data) {
        bytes += data.remaining();
        if (inOrder) digest().update(data);
    }

    /** Its size is set, as scp does at the end instead of emptying it at the beginning. */
    void cut(long size) {
        written = true;
        if (size == bytes) cut = true;
        else inOrder = false;
    }

    /** The server had nothing more at this place. */
    void ended(long offset) {
        read = true;
        if (offset == bytes) toItsEnd = true;
    }

    void failed() {
        failed = true;
    }

    /** Whether anything passed that is worth a line. */
    boolean isWorthTelling() {
        return read || written;
    }

    long bytes() {
        return bytes;
    }

    boolean isUpload() {
        return written;
    }

    /** "put /root/x: 12 bytes, SHA-256 …". @param closed whether the client closed it */
    String sentence(boolean closed) {
        boolean whole = written ? cut || (flags & TRUNCATE) != 0 : toItsEnd;
        String size = Words.count(bytes) + (bytes == 1 ? " byte" : " bytes");
        String claim;
        if (failed) claim = ", and an error";
        else if (read && written) claim = ", read and written, so without a checksum";
        else if (!inOrder) claim = ", not in sequence, so without a checksum";
        else claim = ", SHA-256 " + HexFormat.of().formatHex(digest().digest());
        return (written ? "put " : "got ") + (whole ? "" : "a part of ") + name + ": " + size + claim
                + (closed ? "." : "; it was not closed.");
    }

    private MessageDigest digest() {
        try {
            if (digest == null) digest = MessageDigest.getInstance("SHA-256");
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}
