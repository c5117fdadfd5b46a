package org.cloister.agent.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rates as this kernel tells them, in network namespaces where its own tool has set them. */
class RateTest {

    private static final String LINKS = """
            ip link add eth0 type veth peer name eth1
            ip link set eth0 up
            tc qdisc add dev eth1 root tbf rate 999bps burst 2000 latency 1s
            %s
            echo there
            exec sleep 600""";

    private Process namespace;

    @BeforeEach
    void root() {
        assumeTrue(System.getProperty("user.name").equals("root"), "namespaces need root; ops/test runs as root");
    }

    @AfterEach
    void end() throws InterruptedException {
        if (namespace != null) namespace.destroyForcibly().waitFor();
    }

    /** @param rate what is done to eth0 there */
    private int namespace(String rate) throws IOException {
        namespace = new ProcessBuilder("unshare", "--net", "sh", "-ec", LINKS.formatted(rate)).start();
        assertEquals("there", namespace.inputReader().readLine(), "it could not be made");
        return (int) namespace.pid();
    }

    @Test
    void theRateOfALinkIsTheOneThatTheKernelHas() throws Exception {
        int pid = namespace("tc qdisc add dev eth0 root tbf rate 7000000bps burst 20000 latency 100ms");
        assertEquals(Map.of(pid, 7_000_000L), Rate.sending(List.of(pid)));
    }

    @Test
    void aRateBeyondThirtyTwoBitsIsReadWhole() throws Exception {
        int pid = namespace("tc qdisc add dev eth0 root tbf rate 8000000000bps burst 200000000 latency 100ms");
        assertEquals(Map.of(pid, 8_000_000_000L), Rate.sending(List.of(pid)));
    }

    @Test
    void anotherLinksRateIsNotTakenForIt() throws Exception {
        int pid = namespace("");
        assertEquals(Map.of(pid, 0L), Rate.sending(List.of(pid)));
        try (Fd there = Linux.open("/proc/" + pid + "/ns/net", Linux.O_RDONLY)) {
            assertEquals(999, Rate.of(there, "eth1").bytes());
            assertEquals(0, Rate.of(there, "eth7").bytes(), "there is no such link");
        }
    }

    @Test
    void whatTheRateHeldBackIsCounted() throws Exception {
        int pid = namespace("""
                tc qdisc add dev eth0 root tbf rate 999bps burst 2000 latency 1s
                ip link set eth1 up
                ip addr add 100.64.0.9/32 dev eth0
                ip route add 100.64.0.8/32 dev eth0
                ip neigh add 100.64.0.8 lladdr 02:00:00:00:00:01 dev eth0
                bash -c 'for i in 1 2 3 4; do printf %1400s > /dev/udp/100.64.0.8/9; done'""");
        try (Fd there = Linux.open("/proc/" + pid + "/ns/net", Linux.O_RDONLY)) {
            assertTrue(Rate.of(there, "eth0").held() > 0);
        }
    }

    @Test
    void aProcessThatHasEndedIsMissingAndTheThreadThatAskedStaysWhereItIs() throws Exception {
        int pid = namespace("");
        String before =
                Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
        namespace.destroyForcibly().waitFor();
        assertEquals(Map.of(), Rate.sending(List.of(pid)));
        assertEquals(
                before,
                Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString());
    }
}
