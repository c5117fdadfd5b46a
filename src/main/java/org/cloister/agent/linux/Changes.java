package org.cloister.agent.linux;

import com.sun.jna.Memory;
import java.io.Closeable;

/** Tells that something of the machine's network changed: links, addresses, routes, rules, firewall (netlink(7)). */
public final class Changes implements Closeable {

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_NONBLOCK = Linux.O_NONBLOCK;
    private static final int NETLINK_ROUTE = 0;
    private static final int NETLINK_NETFILTER = 12;
    private static final int NFNLGRP_NFTABLES = 7;
    /** rtnetlink.h: LINK, IPV4_ROUTE, IPV4_RULE, IPV6_ROUTE, IPV6_RULE, IPV4_NETCONF, IPV6_NETCONF */
    private static final int[] ROUTE_GROUPS = {1, 7, 8, 11, 19, 24, 25};

    private static final short POLLIN = 1;

    private final Fd routes;
    private final Fd tables;

    /** Of the network namespace that the caller is in. */
    public Changes() throws SyscallException {
        routes = subscribe(NETLINK_ROUTE, ROUTE_GROUPS);
        try {
            tables = subscribe(NETLINK_NETFILTER, NFNLGRP_NFTABLES);
        } catch (SyscallException e) {
            routes.close();
            throw e;
        }
    }

    private static Fd subscribe(int protocol, int... groups) throws SyscallException {
        Fd socket = new Fd((int)
                Linux.check("socket", LibC.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | Linux.O_CLOEXEC, protocol)));
        try (Memory address = new Memory(12)) { // struct sockaddr_nl: family, padding, port, groups
            int mask = 0;
            for (int group : groups) mask |= 1 << (group - 1);
            address.clear();
            address.setShort(0, (short) AF_NETLINK);
            address.setInt(8, mask);
            Linux.check("bind", LibC.bind(socket.number(), address, 12), "AF_NETLINK");
            return socket;
        } catch (SyscallException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Waits for a change, and takes all that have been told by then as one.
     *
     * @return whether there was one, or so many that the kernel could not keep them
     */
    public boolean await(int milliseconds) throws SyscallException {
        try (Memory watched = new Memory(16)) { // two of struct pollfd
            watched.clear();
            watched.setInt(0, routes.number());
            watched.setShort(4, POLLIN);
            watched.setInt(8, tables.number());
            watched.setShort(12, POLLIN);
            long ready = Linux.repeat(() -> LibC.poll(watched, 2, milliseconds));
            if (Linux.check("poll", ready) == 0) return false;
            drain(routes);
            drain(tables);
            return true;
        }
    }

    /** What a message says is not read: whoever asks looks at the whole. Too many are an error, and a change as well. */
    private static void drain(Fd socket) {
        byte[] message = new byte[65_536];
        for (int i = 0; i < 10_000 && LibC.read(socket.number(), message, message.length) > 0; i++) {}
    }

    @Override
    public void close() {
        routes.close();
        tables.close();
    }
}
