package org.cloister.agent.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloister.protocol.Frames;
import org.junit.jupiter.api.Test;

/** What the kernel's tools print, as it was printed. */
class NetworkTextTest {

    private static JsonNode json(String text) throws IOException {
        return Frames.JSON.readTree(text);
    }

    @Test
    void waysOutAreTheDefaultRoutesThatLeadSomewhereInTheOrderOfTheirMetrics() throws IOException {
        JsonNode routes = json("""
                [{"dst":"default","gateway":"192.0.2.1","dev":"eth1","metric":200,"flags":[]},
                 {"dst":"default","gateway":"192.0.2.129","dev":"eth0","protocol":"dhcp","metric":100,"flags":[]},
                 {"type":"prohibit","dst":"default","metric":1000000,"flags":[]},
                 {"dst":"default","via":{"family":"inet6","host":"fe80::7"},"dev":"eth2","metric":300,"flags":[]},
                 {"dst":"default","metric":400,"nexthops":[{"dev":"ppp0"},{"gateway":"192.0.2.1","dev":"eth1"}]},
                 {"dst":"198.51.100.9","dev":"inet0","scope":"link","flags":[]}]
                """);
        assertEquals(
                List.of(
                        "via 192.0.2.129 dev eth0 onlink",
                        "via 192.0.2.1 dev eth1 onlink",
                        "via inet6 fe80::7 dev eth2 onlink",
                        "dev ppp0"),
                Outside.ways(routes).stream().map(Outside.Way::words).toList());
    }

    @Test
    void aRuleIsReadAsItIsWritten() throws IOException {
        JsonNode rules = json("""
                [{"priority":0,"src":"all","fwmark":"0xc100001","iif":"ctgate1","table":"202375169"},
                 {"priority":0,"src":"all","iif":"ctgate1","iif_detached":null,"action":"prohibit"},
                 {"priority":0,"src":"all","table":"local"}]
                """);
        assertEquals("iif ctgate1 fwmark 0xc100001 lookup 202375169", Gate.words(rules.get(0)));
        assertEquals("iif ctgate1 prohibit", Gate.words(rules.get(1)));
        assertEquals("lookup local", Gate.words(rules.get(2)));
    }

    @Test
    void slotsAreCoveredByAsFewBlocksAsThereCanBeAndByNoOthers() {
        assertEquals("[2240/6]", blocks(2240, 2303));
        assertEquals("[1/12, 2/11, 4/10, 8/9, 16/8, 32/7, 64/6, 128/5, 256/4, 512/3, 1024/2]", blocks(1, 2047));
        assertEquals("[7/12, 8/12]", blocks(7, 8));
    }

    private static String blocks(int first, int last) {
        return Gate.Block.of(first, last).stream()
                .map(block -> block.slot().number() + "/" + block.bits())
                .toList()
                .toString();
    }

    @Test
    void bytesAreReadOfWhatPassedAndPacketsOfWhatDidNot() throws IOException {
        JsonNode set = json("""
                {"nftables": [{"metainfo": {"version": "1.0.6"}}, {"set": {"family": "inet", "name": "counts",
                  "type": ["ifname", "mark"], "handle": 12, "elem": [
                  {"elem": {"val": {"concat": ["ct7", 1]}, "counter": {"packets": 3, "bytes": 180}}},
                  {"elem": {"val": {"concat": ["ct7", 4]}, "counter": {"packets": 5, "bytes": 300}}}]}}]}
                """);
        assertEquals(Map.of("ct7 1", 180L, "ct7 4", 5L), Meter.counts(set));
    }

    @Test
    void connectionsAreCountedForTheTenantThatBeganThem() {
        assertEquals(
                Map.of(2240, 2L, 1, 1L),
                Meter.connections(Stream.of(
                        "ipv4     2 tcp      6 117 SYN_SENT src=100.64.8.192 dst=198.51.100.9 sport=5 dport=80 [UNREPLIED]"
                                + " src=198.51.100.9 dst=100.64.0.1 sport=80 dport=5 mark=0 zone=0 use=2",
                        "ipv6     10 udp      17 29 src=fdc1:157e:4000:0000:0000:0000:0000:08c0"
                                + " dst=2001:0db8:0077:0000:0000:0000:0000:0009 sport=5 dport=53 use=2",
                        "ipv4     2 icmp     1 29 src=100.64.0.1 dst=198.51.100.9 type=8 code=0 id=3 use=2",
                        "ipv4     2 udp      17 29 src=192.0.2.2 dst=100.64.0.1 sport=5 dport=53 use=2")));
    }

    @Test
    void onlyLinksWithARateAreReadAsHeldBack() throws IOException {
        assertEquals(Map.of("ct7", 44L), Rate.held(json("""
                        [{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"drops":9,"overlimits":9},
                         {"kind":"tbf","handle":"8001:","dev":"ct7","root":true,"drops":2,"overlimits":42}]
                        """)));
    }
}
