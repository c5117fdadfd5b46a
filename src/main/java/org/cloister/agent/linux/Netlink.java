package org.cloister.agent.linux;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks the kernel what there is in a network namespace (rtnetlink(7)): in the one of the thread that opened it. */
public final class Netlink implements Closeable {

    /** linux/rtnetlink.h */
    public static final int RTM_GETQDISC = 38;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_ROUTE = 0;
    private static final int NLM_F_REQUEST = 1;
    private static final int NLM_F_DUMP = 0x300;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;

    /** struct nlmsghdr */
    private static final int HEADER = 16;

    /** What the kernel puts into one part of a dump at most (NLMSG_GOODSIZE, or what the reader has room for). */
    private static final int PART = 32_768;

    /** NLA_TYPE_MASK: the two highest bits say how a value is written. */
    private static final int TYPE = 0x3fff;

    private final Fd socket;

    public Netlink() throws SyscallException {
        socket = new Fd((int) Linux.check(
                "socket", LibC.socket(AF_NETLINK, SOCK_RAW | Linux.O_CLOEXEC, NETLINK_ROUTE), "AF_NETLINK"));
    }

    /**
     * All that there is of a kind.
     *
     * @param type of the request, RTM_GET*
     * @param fixed bytes of the structure that requests and answers of this kind begin with; zero asks for all
     * @return the answers without their headers, in the machine's own byte order
     */
    public List<ByteBuffer> dump(int type, int fixed) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(HEADER + fixed).order(ByteOrder.nativeOrder());
        request.putInt(HEADER + fixed).putShort((short) type).putShort((short) (NLM_F_REQUEST | NLM_F_DUMP));
        Linux.write(socket, request.array());
        List<ByteBuffer> answers = new ArrayList<>();
        byte[] part = new byte[PART];
        while (true) {
            int length = (int) Linux.check(
                    "read", Linux.repeat(() -> LibC.read(socket.number(), part, part.length)), "AF_NETLINK");
            if (take(ByteBuffer.wrap(part, 0, length).order(ByteOrder.nativeOrder()), answers)) return answers;
        }
    }

    /** @return whether it was the last part */
    private static boolean take(ByteBuffer part, List<ByteBuffer> answers) throws IOException {
        for (int at = 0; at + HEADER <= part.limit(); ) {
            int length = part.getInt(at);
            int type = part.getShort(at + 4);
            if (length < HEADER || at + length > part.limit())
                throw new IOException("the kernel says " + length + " bytes of netlink where there are fewer");
            // Both hold an error number, below zero; a dump that went well ends with 0 or more.
            boolean last = type == NLMSG_DONE || type == NLMSG_ERROR;
            if (last && length >= HEADER + 4 && part.getInt(at + HEADER) < 0)
                throw new SyscallException("netlink", -part.getInt(at + HEADER));
            if (last) return true;
            answers.add(ByteBuffer.wrap(Arrays.copyOfRange(part.array(), at + HEADER, at + length))
                    .order(ByteOrder.nativeOrder()));
            at += aligned(length);
        }
        return false;
    }

    /** The attributes from a place in a message on, by their numbers (struct rtattr); also of those in an attribute, from 0. */
    public static Map<Integer, ByteBuffer> attributes(ByteBuffer message, int from) {
        Map<Integer, ByteBuffer> attributes = new HashMap<>();
        for (int at = from; at + 4 <= message.limit(); ) {
            int length = message.getShort(at) & 0xffff;
            if (length < 4 || at + length > message.limit()) return attributes;
            attributes.put(
                    message.getShort(at + 2) & TYPE,
                    message.slice(at + 4, length - 4).order(message.order()));
            at += aligned(length);
        }
        return attributes;
    }

    private static int aligned(int length) {
        return length + 3 & ~3;
    }

    @Override
    public void close() {
        socket.close();
    }
}
