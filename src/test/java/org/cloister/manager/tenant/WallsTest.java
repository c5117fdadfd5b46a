package org.cloister.manager.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.cloister.protocol.Inspection;
import org.junit.jupiter.api.Test;

/** "Shared with nobody" is said of what was compared, and of nothing else. */
class WallsTest {

    private static final Instant LAUNCHED = Instant.parse("2026-01-01T00:00:00Z");
    private static final List<String> KINDS = List.of("user", "pid", "mnt", "net", "ipc", "uts", "cgroup", "time");

    private final Tenant tenant = new Tenant();

    WallsTest() {
        tenant.id = new UUID(0, 1);
    }

    private Set<String> said(long inode, Walls.Others others) {
        Map<String, Long> namespaces = KINDS.stream().collect(Collectors.toMap(kind -> kind, kind -> inode));
        Inspection seen =
                new Inspection(7, LAUNCHED, 1, namespaces, List.of(), List.of(), List.of(), List.of(), 0, List.of());
        return new Walls()
                .of(tenant, true, seen, others).stream()
                        .map(TenantPage.Wall::sentence)
                        .collect(Collectors.toSet());
    }

    private static Walls.Others others(Instant at, UUID whose, long inode) {
        return new Walls.Others(
                at, Map.of(whose, KINDS.stream().collect(Collectors.toMap(kind -> kind, kind -> inode))));
    }

    @Test
    void whatNobodyComparedIsNotSaidToBeItsOwn() {
        assertEquals(Set.of("not compared with all"), said(5, null));
    }

    @Test
    void numbersOfBeforeItWasLaunchedSayNothing() {
        UUID other = new UUID(0, 2);
        assertEquals(Set.of("not compared with all"), said(5, others(LAUNCHED.minusSeconds(1), other, 5)));
        assertEquals(Set.of("not compared with all"), said(5, others(LAUNCHED.minusSeconds(1), other, 6)));
    }

    @Test
    void itsOwnIsSharedWithNobody() {
        Instant now = LAUNCHED.plusSeconds(1);
        assertEquals(Set.of("shared with nobody"), said(5, others(now, new UUID(0, 2), 6)));
        assertEquals(Set.of("shared with nobody"), said(5, others(now, tenant.id, 5)), "it is in the list itself");
    }

    @Test
    void theHostsIsToldWhateverElseIsKnown() throws Exception {
        String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        long hosts = Long.parseLong(link.replaceAll("\\D", ""));
        assertEquals(Set.of("shared with the host", "not compared with all"), said(hosts, null));
    }
}
