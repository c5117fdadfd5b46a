package org.cloister.agent.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutsideTest {

    @Test
    void aResolverOnTheMachinesLoopbackIsNoneThatATenantCouldAsk() {
        assertEquals(List.of(), Outside.resolvers("nameserver 127.0.0.53\noptions edns0 trust-ad\n"));
    }

    @Test
    void resolversAreReadOnceEachAndNothingElseIs() {
        assertEquals(List.of("10.255.255.53", "192.0.2.7", "fd00::53"), Outside.resolvers("""
                        # nameserver 192.0.2.1
                        search example.org
                        nameserver 10.255.255.53
                        nameserver\t192.0.2.7
                        nameserver 192.0.2.7
                        nameserver fd00::53
                        nameserver fe80::1%eth0
                        nameserver ::1
                        nameserver
                        nameserver evil; drop
                        """));
    }
}
