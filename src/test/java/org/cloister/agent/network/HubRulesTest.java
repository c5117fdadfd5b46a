package org.cloister.agent.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloister.agent.linux.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hub's table and routing rules, in namespaces of the test's own: eve behind one link, the world behind the gate. */
class HubRulesTest {

    private static final String ELEMENTS = """
            add element inet test source4 { ct1 . 100.64.8.1 }
            add element inet test connections { ct1 ct count over 10000 }
            add element inet test counts { ct1 . 1, ct1 . 2, ct1 . 3, ct1 . 4, ct1 . 5 }
            """;

    @TempDir
    Path directory;

    /** A writer that is killed leaves the first part of what it had to say, and nft takes that for the whole. */
    @Test
    void aTextThatIsCutShortAtAnyLineOpensNothing() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/proc/sys/kernel/core_pattern")), "namespaces are made by root");
        Path text = directory.resolve("hub.nft");
        Files.writeString(text, rules() + ELEMENTS);
        String heard = Command.run(
                List.of(
                        "unshare",
                        "--net",
                        "--fork",
                        "--kill-child",
                        "bash",
                        "-euc",
                        EXPERIMENT,
                        "test",
                        text.toString()),
                "",
                600);
        assertEquals("closed 0\nopen 3\n", heard);
    }

    private static String rules() throws IOException {
        try (InputStream text = HubRulesTest.class.getResourceAsStream("hub.nft")) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("(?m)^ *#.*\n", "")
                    .replace("INSTANCE", "test");
        }
    }

    /** Each part is loaded over nothing and over the whole, and each time eve calls where she may not. */
    private static final String EXPERIMENT = """
            text=$1
            unshare --net sleep 600 & eve=$!
            unshare --net sleep 600 & world=$!
            trap 'kill $eve $world' EXIT
            until [[ $(readlink /proc/$eve/ns/net /proc/$world/ns/net | sort -u | wc -l) == 2 &&
                     $(readlink /proc/$eve/ns/net) != $(readlink /proc/self/ns/net) &&
                     $(readlink /proc/$world/ns/net) != $(readlink /proc/self/ns/net) ]]; do sleep 0.01; done
            # Both ends have the same address: without ARP each takes its own for the other (arp_constructor).
            ip link add ct1 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:01 netns $eve
            ip link add gate address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:01 netns $world
            for link in ct1 gate; do ip link set $link arp off up; done
            ip route add 100.64.8.1 dev ct1
            ip route add default dev gate
            ip rule add pref 1 fwmark 1 lookup main
            ip rule add pref 2 iif lo lookup main
            ip rule del pref 32766
            sysctl -qw net.ipv4.ip_forward=1
            nsenter -n -t $eve sh -euc 'ip link set eth0 arp off up; ip addr add 100.64.8.1/32 dev eth0
                ip route add default dev eth0'
            nsenter -n -t $world sh -euc 'ip link set eth0 arp off up; nft add table ip heard
                nft "add chain ip heard in { type filter hook prerouting priority 0; }"
                nft add counter ip heard closed; nft add counter ip heard open
                nft "add rule ip heard in ip daddr 192.168.0.1 counter name closed"
                nft "add rule ip heard in ip daddr 198.51.100.7 counter name open"'
            call() { nsenter -n -t $eve bash -c "echo x >/dev/udp/$1/7" 2>/dev/null || true; }
            for ((lines = 1; lines < $(wc -l <"$text"); lines++)); do
                nft delete table inet test 2>/dev/null || true
                head -n $lines "$text" | nft -f - 2>/dev/null || true
                call 192.168.0.1
                nft -f "$text"
                head -n $lines "$text" | nft -f - 2>/dev/null || true
                call 192.168.0.1
            done
            nft -f "$text"
            for try in 1 2 3; do call 198.51.100.7; done
            heard() { nsenter -n -t $world nft list counter ip heard $1 | grep -o 'packets [0-9]*' | cut -d' ' -f2; }
            for ((try = 0; try < 600 && $(heard open) < 3; try++)); do sleep 0.1; done # packets are on their way
            for name in closed open; do echo "$name $(heard $name)"; done
            """;
}
