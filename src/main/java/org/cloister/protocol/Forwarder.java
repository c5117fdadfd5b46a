package org.cloister.protocol;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A tenant-forward process, which makes sockets in a tenant: requests go to it and messages come from it as records of
 * text (src/main/c/tenant-forward.c says which). It lives in the tenant, so nothing that comes is trusted.
 */
public final class Forwarder implements Closeable {

    private static final int RECORD = 512;

    /** @param socket the connection that came with it, or null; the receiver owns it */
    public record Message(String text, TenantSocket socket) {}

    private final AFUNIXSocket conversation;
    private boolean ended;

    Forwarder(FileDescriptor descriptor) throws IOException {
        conversation = FileDescriptorCast.using(descriptor).as(AFUNIXSocket.class);
        conversation.setAncillaryReceiveBufferSize(256);
    }

    /**
     * Sends one request. Blocks where the process has not taken a hundred before it.
     *
     * @throws IllegalArgumentException the text is too long or has a NUL byte
     */
    public synchronized void ask(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= RECORD || text.indexOf('\0') >= 0)
            throw new IllegalArgumentException("not a request that fits into a record");
        if (ended) throw new IOException("the process in the tenant was ended");
        conversation.getOutputStream().write(Arrays.copyOf(bytes, RECORD));
    }

    /**
     * The next message, or null at the end of the process or after {@link #end}. Called by one thread, which closes this
     * afterwards.
     *
     * @throws IOException among others, when something else came than a record with at most one stream socket
     */
    public Message next() throws IOException {
        byte[] record = conversation.getInputStream().readNBytes(RECORD);
        FileDescriptor[] came = conversation.getReceivedFileDescriptors();
        TenantSocket socket = null;
        for (FileDescriptor descriptor : came) {
            // A duplicate: those that came are closed with the conversation, and a connection may outlive it.
            try (FileInputStream original = new FileInputStream(descriptor)) {
                if (came.length == 1 && record.length == RECORD) socket = duplicate(original.getFD());
            }
        }
        if (came.length > 1) throw new IOException("more than one descriptor came at once");
        if (record.length < RECORD) return null;
        int length = 0;
        while (length < RECORD && record[length] != 0) length++;
        return new Message(new String(record, 0, length, StandardCharsets.UTF_8), socket);
    }

    private static TenantSocket duplicate(FileDescriptor descriptor) throws IOException {
        FileDescriptor duplicate = FileDescriptorCast.duplicating(descriptor).getFileDescriptor();
        try {
            return new TenantSocket(duplicate);
        } catch (IOException e) {
            new FileInputStream(duplicate).close();
            throw e;
        }
    }

    /** Ends the conversation, and with it the process and what it listens on; whoever waits in {@link #next} is woken. */
    public synchronized void end() {
        if (ended) return;
        ended = true;
        try {
            conversation.getChannel().shutdownInput();
            conversation.getChannel().shutdownOutput();
        } catch (IOException e) {
            // the process has ended before
        }
    }

    /** By the thread that waits in {@link #next}. Connections that came stay open. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            ended = true;
        }
        conversation.close();
    }
}
