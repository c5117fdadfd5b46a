package org.cloister.manager.transfer;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.cloister.manager.session.Plain;
import org.cloister.manager.session.Witness;

/**
 * Follows sftp, version 3 (draft-ietf-secsh-filexfer-02), between a client and a server that may both be hostile. What is
 * kept of them is bounded; where they do what cannot be followed, nothing more is claimed, and they go on undisturbed.
 */
final class SftpWatch implements Witness {

    /** What it tells. */
    interface Teller {

        void passed(PassedFile file, boolean closed);

        /** It follows no longer. */
        void lost(String why);
    }

    /** OpenSSH's client has 64 under way; its server opens as many files as its limit of descriptors lets it. */
    private static final int MOST_REQUESTS = 4096;

    private static final int MOST_FILES = 1024;
    private static final int LONGEST_HANDLE = 256;
    private static final int LONGEST_NAME = 300;

    private static final int END_OF_FILE = 1;

    /** SSH_FILEXFER_ATTR_SIZE. */
    private static final int SIZE = 1;

    private record Read(PassedFile file, long offset) {}

    private final Teller teller;
    private final SftpStream fromClient = new SftpStream(new Requests());
    private final SftpStream fromServer = new SftpStream(new Answers());
    private final Map<String, PassedFile> files = new HashMap<>();
    private final Map<Integer, PassedFile> opening = new HashMap<>();
    private final Map<Integer, PassedFile> writing = new HashMap<>();
    private final Map<Integer, PassedFile> closing = new HashMap<>();
    private final Map<Integer, Read> reading = new HashMap<>();
    private boolean over;

    SftpWatch(Teller teller) {
        this.teller = teller;
    }

    @Override
    public synchronized void input(ByteBuffer bytes) {
        follow(fromClient, bytes);
    }

    @Override
    public synchronized void output(ByteBuffer bytes) {
        follow(fromServer, bytes);
    }

    private void follow(SftpStream stream, ByteBuffer bytes) {
        if (over) return;
        try {
            stream.feed(bytes);
        } catch (LostException e) {
            lose(e.getMessage());
        } catch (BufferUnderflowException e) {
            lose("a packet that is too short");
        }
    }

    private void lose(String why) {
        over = true;
        forget();
        teller.lost(why);
    }

    @Override
    public synchronized void close() {
        if (over) return;
        over = true;
        closing.values().forEach(file -> tell(file, false));
        files.values().forEach(file -> tell(file, false));
        forget();
    }

    private void forget() {
        for (Map<?, ?> map : new Map<?, ?>[] {files, opening, writing, closing, reading}) map.clear();
    }

    private void tell(PassedFile file, boolean closed) {
        if (file.isWorthTelling()) teller.passed(file, closed);
    }

    private <T> void ask(Map<Integer, T> requests, int id, T what) throws LostException {
        if (opening.size() + writing.size() + closing.size() + reading.size() >= MOST_REQUESTS)
            throw new LostException("more than " + MOST_REQUESTS + " requests at a time");
        boolean taken = opening.containsKey(id)
                || writing.containsKey(id)
                || closing.containsKey(id)
                || reading.containsKey(id);
        if (taken) throw new LostException("two requests of one number");
        requests.put(id, what);
    }

    /** Bytes of a file, in the packet that is being read. */
    private abstract static class Packets implements SftpStream.Reader {

        private PassedFile file;

        /** @param behind what comes after the head */
        final void data(PassedFile file, ByteBuffer head, int behind) throws LostException {
            if (head.getInt() != head.remaining() + behind)
                throw new LostException("data of another length than it says");
            this.file = file;
            if (file != null) file.pass(head);
        }

        @Override
        public final void more(ByteBuffer bytes) {
            if (file != null) file.pass(bytes);
        }

        @Override
        public final void end() {
            file = null;
        }
    }

    private final class Requests extends Packets {

        @Override
        public void begin(int type, ByteBuffer head, int behind) throws LostException {
            switch (type) {
                case 3 -> open(head);
                case 4 -> {
                    int id = head.getInt();
                    PassedFile file = files.remove(handle(head));
                    if (file != null) ask(closing, id, file);
                }
                case 5 -> {
                    int id = head.getInt();
                    PassedFile file = files.get(handle(head));
                    if (file != null) ask(reading, id, new Read(file, head.getLong()));
                }
                case 6 -> {
                    int id = head.getInt();
                    PassedFile file = files.get(handle(head));
                    long offset = head.getLong();
                    if (file == null) return;
                    ask(writing, id, file);
                    file.writes(offset);
                    data(file, head, behind);
                }
                case 10 -> {
                    int id = head.getInt();
                    PassedFile file = files.get(handle(head));
                    if (file == null || (head.getInt() & SIZE) == 0) return;
                    ask(writing, id, file);
                    file.cut(head.getLong());
                }
                default -> {} // moves no bytes of a file
            }
        }

        private void open(ByteBuffer head) throws LostException {
            int id = head.getInt();
            byte[] name = new byte[length(head, head.remaining())];
            head.get(name);
            String shown = Plain.text(new String(name, StandardCharsets.UTF_8), LONGEST_NAME);
            ask(opening, id, new PassedFile(shown, head.getInt()));
        }
    }

    private final class Answers extends Packets {

        @Override
        public void begin(int type, ByteBuffer head, int behind) throws LostException {
            switch (type) {
                case 2 -> {
                    int version = head.getInt();
                    if (version != 3) throw new LostException("version " + Integer.toUnsignedString(version));
                }
                case 101 -> status(head.getInt(), head.getInt());
                case 102 -> {
                    PassedFile file = opening.remove(head.getInt());
                    if (file == null) return; // of a directory
                    if (files.size() >= MOST_FILES)
                        throw new LostException("more than " + MOST_FILES + " files at a time");
                    if (files.put(handle(head), file) != null) throw new LostException("one handle for two files");
                }
                case 103 -> {
                    Read read = reading.remove(head.getInt());
                    if (read == null) return;
                    read.file().reads(read.offset());
                    data(read.file(), head, behind);
                }
                default -> {}
            }
        }

        private void status(int id, int code) {
            opening.remove(id);
            PassedFile written = writing.remove(id);
            if (written != null && code != 0) written.failed();
            Read read = reading.remove(id);
            if (read != null && code == END_OF_FILE) read.file().ended(read.offset());
            else if (read != null) read.file().failed();
            PassedFile closed = closing.remove(id);
            if (closed == null) return;
            if (code != 0) closed.failed();
            tell(closed, true);
        }
    }

    private static String handle(ByteBuffer head) throws LostException {
        byte[] handle = new byte[length(head, LONGEST_HANDLE)];
        head.get(handle);
        return new String(handle, StandardCharsets.ISO_8859_1);
    }

    private static int length(ByteBuffer head, int most) throws LostException {
        int length = head.getInt();
        if (length < 0 || length > most)
            throw new LostException("a text of " + Integer.toUnsignedString(length) + " bytes");
        return length;
    }
}
