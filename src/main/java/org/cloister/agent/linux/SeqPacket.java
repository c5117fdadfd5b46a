package org.cloister.agent.linux;

import com.sun.jna.Memory;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A SOCK_SEQPACKET unix socket: packets with boundaries, and descriptors beside them (unix(7), SCM_RIGHTS). A packet is
 * a list of words, each ended by a NUL byte.
 */
public final class SeqPacket implements Closeable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SOCK_CLOEXEC = Linux.O_CLOEXEC;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int LARGEST = 65_536;
    private static final int MOST_DESCRIPTORS = 16;

    private final Fd socket;

    private SeqPacket(Fd socket) {
        this.socket = socket;
    }

    /** A packet as it came; the receiver owns the descriptors. */
    public record Packet(String text, List<Fd> descriptors) {}

    public static SeqPacket[] pair() throws SyscallException {
        int[] ends = new int[2];
        Linux.check("socketpair", LibC.socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
        return new SeqPacket[] {new SeqPacket(new Fd(ends[0])), new SeqPacket(new Fd(ends[1]))};
    }

    /** A listening socket bound to a path, which must not exist yet. */
    public static Fd listen(String path) throws SyscallException {
        Fd socket = new Fd((int) Linux.check("socket", LibC.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)));
        try (Memory address = address(path)) {
            Linux.check("bind", LibC.bind(socket.number(), address, (int) address.size()), path);
            Linux.check("listen", LibC.listen(socket.number(), 128), path);
            return socket;
        } catch (SyscallException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    public static SeqPacket connect(String path) throws SyscallException {
        Fd socket = new Fd((int) Linux.check("socket", LibC.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)));
        try (Memory address = address(path)) {
            Linux.check("connect", LibC.connect(socket.number(), address, (int) address.size()), path);
            return new SeqPacket(socket);
        } catch (SyscallException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    public Fd fd() {
        return socket;
    }

    public void send(List<Fd> descriptors, List<String> words) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            for (byte b : bytes) if (b == 0) throw new IllegalArgumentException("a NUL byte in a word");
            packet.write(bytes);
            packet.write(0);
        }
        send(descriptors, packet.toByteArray());
    }

    public void send(List<Fd> descriptors, byte[] packet) throws IOException {
        if (packet.length > LARGEST)
            throw new IOException("a packet of " + packet.length + " bytes; " + LARGEST + " are allowed");
        int room = 16 + 4 * descriptors.size();
        try (Memory bytes = new Memory(Math.max(1, packet.length));
                Memory control = new Memory((room + 7) & ~7);
                Memory part = new Memory(16);
                Memory message = new Memory(56)) {
            bytes.write(0, packet, 0, packet.length);
            message.clear();
            part.setLong(0, Linux.at(bytes));
            part.setLong(8, packet.length);
            message.setPointer(16, part);
            message.setLong(24, 1);
            if (!descriptors.isEmpty()) {
                control.clear();
                control.setLong(0, room);
                control.setInt(8, SOL_SOCKET);
                control.setInt(12, SCM_RIGHTS);
                for (int i = 0; i < descriptors.size(); i++)
                    control.setInt(16 + 4L * i, descriptors.get(i).number());
                message.setPointer(32, control);
                message.setLong(40, control.size());
            }
            Linux.check(
                    "sendmsg",
                    Linux.repeat(() -> LibC.sendmsg(socket.number(), message, MSG_NOSIGNAL)),
                    packet.length + " bytes");
        }
    }

    /**
     * The next packet, or null at the end of the conversation.
     *
     * @throws IOException among others, when none came in that time
     */
    public Packet receive(int seconds) throws IOException {
        if (!Linux.readable(socket, seconds * 1000)) throw new IOException("no answer in " + seconds + " s");
        return receive();
    }

    private Packet receive() throws IOException {
        try (Memory bytes = new Memory(LARGEST);
                Memory control = new Memory(16 + 4 * MOST_DESCRIPTORS);
                Memory part = new Memory(16);
                Memory message = new Memory(56)) {
            message.clear();
            control.clear();
            part.setLong(0, Linux.at(bytes));
            part.setLong(8, LARGEST);
            message.setPointer(16, part);
            message.setLong(24, 1);
            message.setPointer(32, control);
            message.setLong(40, control.size());
            long length = Linux.check(
                    "recvmsg", Linux.repeat(() -> LibC.recvmsg(socket.number(), message, MSG_CMSG_CLOEXEC)));
            List<Fd> descriptors = new ArrayList<>();
            if (message.getLong(40) >= 16 && control.getInt(12) == SCM_RIGHTS)
                for (long at = 16; at < control.getLong(0); at += 4) descriptors.add(new Fd(control.getInt(at)));
            if (length == 0) return null;
            byte[] text = new byte[(int) length];
            bytes.read(0, text, 0, text.length);
            return new Packet(new String(text, StandardCharsets.UTF_8), descriptors);
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    private static Memory address(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 107) throw new IllegalArgumentException("a socket's path has at most 107 bytes: " + path);
        Memory address = new Memory(110);
        address.clear();
        address.setShort(0, (short) AF_UNIX);
        address.write(2, bytes, 0, bytes.length);
        return address;
    }
}
