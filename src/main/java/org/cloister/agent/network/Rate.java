package org.cloister.agent.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.cloister.agent.linux.Command;
import org.cloister.agent.linux.Errno;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.Netlink;
import org.cloister.agent.linux.SyscallException;
import org.cloister.protocol.Frames;

/**
 * How fast one end of a link sends: a token bucket (tc-tbf(8)), for what the tenant sends on its own end, where its sockets
 * feel it and nothing has to be thrown away; the tenant cannot change it without CAP_NET_ADMIN.
 *
 * @param bytes a second; 0 for no limit
 * @param held packets that had to wait or were dropped
 */
record Rate(long bytes, long held) {

    private static final Rate NONE = new Rate(0, 0);

    private static final int LEAST_BURST = 16_384;

    /** struct tcmsg, and where in it the number of the link stands. */
    private static final int TCMSG = 20;

    private static final int TCM_IFINDEX = 4;

    /** linux/rtnetlink.h */
    private static final int TCA_KIND = 1;

    private static final int TCA_OPTIONS = 2;
    private static final int TCA_STATS2 = 7;

    /** struct tc_tbf_qopt begins with a struct tc_ratespec; a rate beyond 32 bits stands apart (linux/pkt_sched.h). */
    private static final int TCA_TBF_PARMS = 1;

    private static final int RATE = 8;
    private static final int TCA_TBF_RATE64 = 4;

    /** struct gnet_stats_queue (linux/gen_stats.h) */
    private static final int TCA_STATS_QUEUE = 3;

    private static final int DROPS = 8;
    private static final int OVERLIMITS = 16;

    static void set(Path namespace, String link, long bytes) throws IOException {
        // What may pass at once: a fiftieth of a second's worth. What waits longer than a tenth is dropped.
        String discipline = bytes == 0
                ? "noqueue"
                : "tbf rate %dbps burst %d latency 100ms".formatted(bytes, Math.max(LEAST_BURST, bytes / 50));
        Command.run(
                Ip.in(namespace, "tc", "-batch", "-"), "qdisc replace dev " + link + " root " + discipline + "\n", 30);
    }

    /**
     * How fast the tenants send, in bytes a second; 0 for no limit.
     *
     * @param inits pids of processes in their namespaces; one that has just ended is missing in the answer
     */
    static Map<Integer, Long> sending(Collection<Integer> inits) throws IOException {
        return elsewhere(() -> {
            Map<Integer, Long> rates = new HashMap<>();
            for (int pid : inits) {
                try (Fd namespace = Linux.open("/proc/" + pid + "/ns/net", Linux.O_RDONLY)) {
                    rates.put(pid, inside(namespace, "eth0").bytes());
                } catch (SyscallException e) {
                    if (e.errno() != Errno.ENOENT && e.errno() != Errno.ESRCH) throw e;
                }
            }
            return rates;
        });
    }

    /** Of a link in another network namespace; no limit where there is no such link. */
    static Rate of(Fd namespace, String link) throws IOException {
        return elsewhere(() -> inside(namespace, link));
    }

    /** On a thread that joins network namespaces and ends: it never does anybody else's work. */
    private static <T> T elsewhere(Callable<T> look) throws IOException {
        FutureTask<T> task = new FutureTask<>(look);
        Thread.ofPlatform().daemon().name("rates").start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the look at the links was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) throw cause;
            throw new IOException("the links could not be looked at: " + e.getCause(), e);
        }
    }

    private static Rate inside(Fd namespace, String link) throws IOException {
        Linux.setns(namespace, Linux.CLONE_NEWNET);
        try (Netlink kernel = new Netlink()) {
            return of(kernel.dump(Netlink.RTM_GETQDISC, TCMSG), Linux.linkNumber(link));
        }
    }

    /** @param answers each a struct tcmsg and its attributes */
    static Rate of(List<ByteBuffer> answers, int link) {
        for (ByteBuffer answer : answers) {
            if (answer.getInt(TCM_IFINDEX) != link) continue;
            Map<Integer, ByteBuffer> attributes = Netlink.attributes(answer, TCMSG);
            if (text(attributes.get(TCA_KIND)).equals("tbf")) return of(attributes);
        }
        return NONE;
    }

    private static Rate of(Map<Integer, ByteBuffer> attributes) {
        Map<Integer, ByteBuffer> options = Netlink.attributes(attributes.get(TCA_OPTIONS), 0);
        ByteBuffer large = options.get(TCA_TBF_RATE64);
        long bytes = large == null ? number(options.get(TCA_TBF_PARMS), RATE) : large.getLong(0);
        ByteBuffer queue = Netlink.attributes(attributes.get(TCA_STATS2), 0).get(TCA_STATS_QUEUE);
        return new Rate(bytes, number(queue, DROPS) + number(queue, OVERLIMITS));
    }

    private static long number(ByteBuffer bytes, int at) {
        return Integer.toUnsignedLong(bytes.getInt(at));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII
                .decode(bytes.slice(0, bytes.limit() - 1))
                .toString();
    }

    /** For each link that has a limit: packets that had to wait or were dropped. */
    static Map<String, Long> held(Path namespace) throws IOException {
        return held(Frames.JSON.readTree(Command.run(Ip.in(namespace, "tc", "-s", "-j", "qdisc", "show"))));
    }

    static Map<String, Long> held(JsonNode disciplines) {
        Map<String, Long> held = new HashMap<>();
        for (JsonNode each : disciplines)
            if (each.path("kind").asText().equals("tbf"))
                held.put(
                        each.path("dev").asText(),
                        each.path("overlimits").asLong() + each.path("drops").asLong());
        return held;
    }
}
