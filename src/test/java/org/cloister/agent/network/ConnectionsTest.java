package org.cloister.agent.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.cloister.agent.linux.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kernel's table of connections, in a network namespace of the test's own. */
class ConnectionsTest {

    private static final int MANY = 8_000;

    private Process holder;
    private Path place;

    @BeforeEach
    void make() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/proc/sys/kernel/core_pattern")), "namespaces are made by root");
        holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo made; exec sleep 600").start();
        assertEquals("made", holder.inputReader().readLine());
        place = Path.of("/proc", Long.toString(holder.pid()), "ns/net");
        in("ip", "link", "set", "lo", "up");
        // Connections are tracked where a rule asks for their state.
        in(
                "nft",
                "add table ip t; add chain ip t c { type filter hook output priority 0; }; add rule ip t c ct state new");
        in("sysctl", "-q", "-w", "net.netfilter.nf_conntrack_udp_timeout=600"); // none ends by itself
        for (String source : List.of("127.0.0.5", "127.0.0.7")) {
            int count = source.endsWith("5") ? MANY : 1;
            in("python3", "-c", """
                    import socket, sys
                    for i in range(0, int(sys.argv[2]), 1000):
                        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                        s.bind((sys.argv[1], 0))
                        for port in range(1000, 1000 + min(1000, int(sys.argv[2]))):
                            try: s.sendto(b'x', ('127.0.0.6', port))
                            except OSError: pass
                    """, source, Integer.toString(count));
        }
        assertEquals(MANY, remembered("127.0.0.5"));
    }

    @AfterEach
    void end() throws InterruptedException {
        if (holder != null) holder.destroyForcibly().waitFor();
    }

    private String in(String... command) throws IOException {
        return Command.run(Ip.in(place, command), "", 120);
    }

    private long remembered(String source) throws IOException {
        return in("cat", "/proc/net/nf_conntrack")
                .lines()
                .filter(line -> line.contains(" src=" + source + " "))
                .count();
    }

    @Test
    void oneThatEndsWhileAllAreForgottenHindersNothing() throws Exception {
        try (ExecutorService both = Executors.newFixedThreadPool(2)) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < 2; i++) // each takes away what the other has just seen
            ends.add(both.submit(() -> {
                Connections.forget(place, Family.FOUR, "127.0.0.5");
                return null;
            }));
            for (Future<?> end : ends) end.get();
        }
        assertEquals(0, remembered("127.0.0.5"));
        assertEquals(1, remembered("127.0.0.7"), "another's stays");
        Connections.forget(place, Family.FOUR, "127.0.0.5"); // of which there are none
    }
}
