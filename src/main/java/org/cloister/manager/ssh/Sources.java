package org.cloister.manager.ssh;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Addresses that connections come from. */
final class Sources {

    private Sources() {}

    static InetSocketAddress address(SocketAddress address) {
        return address instanceof InetSocketAddress known
                ? known
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** The address without port, and without the zone that only means something on this host. */
    static String text(InetSocketAddress address) {
        String text = address.getAddress().getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** What is counted as one source: an IPv4 address, or the /64 that an IPv6 customer chooses addresses from freely. */
    static InetAddress source(SocketAddress address) {
        InetAddress whole = address(address).getAddress();
        if (!(whole instanceof Inet6Address)) return whole;
        byte[] bytes = whole.getAddress();
        Arrays.fill(bytes, 8, 16, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // 16 bytes are an address
        }
    }
}
