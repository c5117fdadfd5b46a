package org.cloister.protocol;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * A process in a tenant, held by its standard streams and a status socket that lead straight to tenant-init: an agent
 * that is restarted drops none. Reads on the streams block; use platform threads.
 *
 * <p>With a terminal, {@link #input} and {@link #output} are the two directions of the pseudo-terminal's master and
 * {@link #error} is null. Reading a master whose last slave is closed fails with EIO: that is its end of file.
 */
public final class Session implements Closeable {

    /**
     * How the process ended: by exit with a status, or by a signal.
     *
     * @param signal 0 if it exited
     * @param lost why nothing is known of the end (the tenant was stopped, the command could not be run); else null
     */
    public record Exit(int status, int signal, String lost) {}

    private final FileInputStream statusIn;
    private final FileOutputStream statusOut;
    private final FileDescriptor terminal;
    private final FileOutputStream input;
    private final FileOutputStream inputAtOnce;
    private final FileInputStream output;
    private final FileInputStream error;

    Session(FileDescriptor[] descriptors) {
        statusIn = new FileInputStream(descriptors[0]);
        statusOut = new FileOutputStream(descriptors[0]);
        input = new FileOutputStream(descriptors[1]);
        if (descriptors.length == 2) {
            terminal = descriptors[1];
            output = new FileInputStream(descriptors[1]);
            error = null;
            inputAtOnce = null;
        } else {
            terminal = null;
            output = new FileInputStream(descriptors[2]);
            error = new FileInputStream(descriptors[3]);
            inputAtOnce = new FileOutputStream(descriptors[4]);
        }
    }

    /** To the process's standard input; waits until there is room. */
    public WritableByteChannel input() {
        return input.getChannel();
    }

    /** The same pipe, opened once more such that a write takes what there is room for; null with a terminal. */
    public WritableByteChannel inputAtOnce() {
        return inputAtOnce == null ? null : inputAtOnce.getChannel();
    }

    /** The process's end of file. Not for a terminal, whose input is also its output. */
    public void closeInput() throws IOException {
        try (input) {
            inputAtOnce.close();
        }
    }

    public FileInputStream output() {
        return output;
    }

    /** Null with a terminal. */
    public FileInputStream error() {
        return error;
    }

    /** The master of the pseudo-terminal, or null. */
    FileDescriptor terminal() {
        if (terminal == null) throw new IllegalStateException("the session has no terminal");
        return terminal;
    }

    /** Waits for the end of the process. Called once. */
    public Exit await() {
        byte[] packet = new byte[512];
        try {
            while (true) {
                // Through the channel: closing a plain FileInputStream does not wake a thread that reads it.
                int length = statusIn.getChannel().read(ByteBuffer.wrap(packet));
                if (length <= 0) return new Exit(0, 0, "the tenant was stopped");
                String[] words = new String(packet, 0, length, StandardCharsets.UTF_8)
                        .strip()
                        .split(" ", 2);
                switch (words[0]) {
                    case "exited" -> {
                        return new Exit(Integer.parseInt(words[1]), 0, null);
                    }
                    case "killed" -> {
                        return new Exit(0, Integer.parseInt(words[1]), null);
                    }
                    default -> {} // "started PID"
                }
            }
        } catch (IOException e) {
            return new Exit(0, 0, "the connection to the tenant broke: " + e.getMessage());
        }
    }

    /** Sends a signal to the process group of the session. */
    public void signal(int number) throws IOException {
        statusOut.write(("signal " + number).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Closes every descriptor. With a terminal the kernel then hangs up on its foreground processes; without one they
     * run on until they read or write, as under sshd. Safe to call twice.
     */
    @Override
    public void close() throws IOException {
        try (statusIn;
                statusOut;
                output;
                input) {
            if (error != null) error.close();
            if (inputAtOnce != null) inputAtOnce.close();
        }
    }
}
