package org.cloister.manager.ssh;

import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who is connected and has not logged in: so many in all, and so many of one source. Where all places are taken, the source
 * that has most gives up its oldest to one that has fewer, so that connections which are held open from some addresses keep
 * no other address out.
 */
final class Strangers<T> {

    /** As OpenSSH's MaxStartups, a little above its upper bound. */
    static final int ALL = 128;

    /** Of {@link #ALL}, from one source; a build machine may open a few dozen at once. */
    static final int OF_ONE_SOURCE = 32;

    /** The oldest first. */
    private final Map<T, InetAddress> places = new LinkedHashMap<>();

    /** @return who must go now: the newcomer, somebody else whose place it took, or null */
    synchronized T enter(T newcomer, InetAddress source) {
        Map<InetAddress, Long> counts =
                places.values().stream().collect(Collectors.groupingBy(each -> each, Collectors.counting()));
        long here = counts.getOrDefault(source, 0L);
        if (here >= OF_ONE_SOURCE) return newcomer;
        T gone = null;
        if (places.size() >= ALL) {
            long most = Collections.max(counts.values());
            if (here >= most) return newcomer;
            gone = places.entrySet().stream()
                    .filter(place -> counts.get(place.getValue()) == most)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            places.remove(gone);
        }
        places.put(newcomer, source);
        return gone;
    }

    /** Who is gone, or logged in. @return false if it had no place, or has lost it */
    synchronized boolean leave(T stranger) {
        return places.remove(stranger) != null;
    }
}
