package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A tenant whose plan allows containers of its own, beside one whose plan does not. */
class NestingTest {

    private static final String PLAN = "nesting-test";

    private static Instance instance;
    private static TenantHandle nested;
    private static TenantHandle strict;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        assumeTrue(
                instance.get("/plans/small").expect(200).json().has("profile"),
                "plans have no profile here, so that none can allow nesting");
        instance.request("DELETE", "/plans/" + PLAN, null);
        Map<String, Object> plan =
                new HashMap<>(Map.of("name", PLAN, "summary", "Containers inside", "profile", "nesting"));
        plan.putAll(Map.of("cpuPercent", 100, "memoryBytes", 512 << 20, "pids", 512, "diskBytes", 2L << 30));
        instance.request("POST", "/plans", plan).expect(201);
        nested = instance.tenant("eve", Map.of("plan", PLAN));
        strict = instance.tenant("bob");
    }

    @AfterAll
    static void leave() {
        if (nested != null) nested.close();
        if (strict != null) strict.close();
        if (instance != null) instance.request("DELETE", "/plans/" + PLAN, null);
    }

    private static String eve(String command) {
        return nested.ssh(command).orFail().out().strip();
    }

    @Test
    void userNamespacesAndAProcOfTheirOwnWorkWhereThePlanAllowsThem() {
        for (String container :
                List.of("unshare -Ur id -u", "unshare -Urmpf --mount-proc id -u", "unshare -Urn id -u")) {
            assertNotEquals(0, strict.ssh(container).exit(), "strict: " + container);
            assertEquals("0", eve(container), container);
        }
        assertEquals("/proc/1", eve("unshare -Urmpf --mount-proc sh -c 'echo /proc/[0-9]*'"), "a proc of its own");
        assertEquals("0", eve("su nobody -s /bin/sh -c 'unshare -Urmpf --mount-proc id -u'"), "for users as well");
    }

    @Test
    void aContainerOfBubblewrapRuns() {
        var installed = Command.run(
                nested.sshCommand(
                        List.of(), "apt-get -qq update && apt-get -qq install -y --no-install-recommends bubblewrap"),
                new byte[0],
                Duration.ofMinutes(10));
        assumeTrue(installed.exit() == 0, "the Debian mirror cannot be reached: " + installed.stderr());
        String container = "bwrap --unshare-all --ro-bind / / --proc /proc --dev /dev --tmpfs /tmp"
                + " sh -c 'echo $$ > /tmp/x; cat /tmp/x; hostname inner 2>/dev/null; id -u'";
        assertEquals("2\n0", eve(container));
    }

    /** CAP_SYS_ADMIN 21 in the tenant's own namespace would take every mask off. */
    @Test
    void inItsOwnNamespacesItHoldsNoMoreThanOthers() {
        String caps = "grep -E '^Cap(Eff|Bnd)' /proc/self/status";
        assertEquals(strict.ssh(caps).orFail().out().strip(), eve(caps));
        for (String attempt : List.of(
                "mount -t tmpfs none /mnt",
                "umount /proc/meminfo",
                "umount -l /proc",
                "mount -o remount,rw /proc/sys",
                "hostname mallory",
                "mount --bind /root /run/cloister",
                "unshare -m true",
                "unshare -n true",
                "unshare -p true")) assertNotEquals(0, nested.ssh(attempt).exit(), attempt);
    }

    @Test
    void rootOfANestedNamespaceUncoversNothingOfTheTenants() {
        for (String attempt : List.of(
                "umount /proc/meminfo",
                "umount /proc/sys",
                "umount -l /proc",
                "umount -l /sys",
                "umount -l /run/cloister",
                "umount /run/cloister/bare",
                "mount -o remount,rw,bind /proc/sys",
                "mount -o remount,rw,bind /run/cloister",
                "mount -t sysfs none /mnt",
                "mount -t cgroup2 none /mnt",
                "mount -t btrfs /dev/loop0 /mnt",
                "mknod /root/sda b 8 0",
                "ls /run/cloister/bare/proc"))
            assertNotEquals(0, nested.ssh("unshare -Urm " + attempt).exit(), attempt);
        assertEquals("0", eve("unshare -Urm mount -t tmpfs none /mnt; echo $?"), "its own mounts it can make");
        String limit =
                Long.toString(nested.show().get("limits").get("memoryBytes").asLong() >> 10);
        assertEquals(limit, eve("awk '/^MemTotal/ { print $2 }' /proc/meminfo"));
    }

    @Test
    void rootOfANestedNamespaceChangesNothingOfTheMachines() {
        String inner = "unshare -Urmpf --mount-proc sh -c ";
        for (String attempt : List.of(
                "echo x > /proc/sys/kernel/core_pattern",
                "echo 1 > /proc/sys/vm/drop_caches",
                "echo b > /proc/sysrq-trigger",
                "echo 1 > /proc/sys/kernel/panic",
                "cat /proc/kcore",
                "cat /proc/kpageflags",
                "echo x > /proc/sys/kernel/modprobe",
                "date -s 2001-01-01",
                "echo 100000 > /proc/sys/fs/file-max",
                "swapon /dev/zero",
                "echo 100000 > /proc/sys/user/max_user_namespaces && false"))
            assertNotEquals(0, nested.ssh(inner + "'" + attempt + "'").exit(), attempt);
        assertFalse(nested.ssh(inner + "'dmesg'").exit() == 0);
    }

    @Test
    void herPidOneAndHerNeighbourStayClosed() {
        for (String secret : List.of("environ", "maps", "fd/3", "root/etc/passwd"))
            assertNotEquals(0, nested.ssh("cat /proc/1/" + secret).exit(), secret);
        assertNotEquals(0, nested.ssh("unshare -Urm cat /proc/1/maps").exit());
        strict.ssh("nohup sleep 4713 > /dev/null 2>&1 &").orFail();
        assertFalse(eve("unshare -Urmpf --mount-proc ps axww -o args").contains("sleep 4713"));
        assertFalse(eve("ps axww -o args").contains("sleep 4713"));
        Eventually.holds(() ->
                assertTrue(strict.ssh("ps axww -o args").orFail().out().contains("sleep 4713"), "Bob sees his own"));
        String his = strict.show().get("address4").asText();
        assertNotEquals(0, nested.ssh("timeout 3 ping -c 1 -W 1 " + his).exit(), "ping Bob");
    }

    @Test
    void howManyNamespacesSheMakesIsBounded() {
        String bomb = "for i in $(seq 300); do unshare -Ur sh -c 'exec sleep 1000 >/dev/null 2>&1' & done 2>&1"
                + " | grep -c 'No space left'; pkill sleep; true";
        assertTrue(Integer.parseInt(eve(bomb)) > 0, "the 257th is refused");
        Eventually.holds(
                () -> assertEquals("0", eve("unshare -Ur id -u"), "and when they have ended there is room again"));
    }
}
