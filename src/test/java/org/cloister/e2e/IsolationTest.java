package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Bob and Eve, as root in their tenants, find of each other and of the machine. */
class IsolationTest {

    private static Instance instance;
    private static TenantHandle bob;
    private static TenantHandle eve;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        bob = instance.tenant("bob");
        eve = instance.tenant("eve");
    }

    @AfterAll
    static void leave() {
        if (bob != null) bob.close();
        if (eve != null) eve.close();
    }

    private static String eve(String command) {
        return eve.ssh(command).orFail().out().strip();
    }

    @Test
    void eveSeesOnlyHerOwnProcesses() {
        bob.ssh("nohup sleep 4711 > /dev/null 2>&1 &").orFail();
        assertFalse(eve("ps axww -o args").contains("sleep 4711"));
        Eventually.holds(
                () -> assertTrue(bob.ssh("ps axww -o args").orFail().out().contains("sleep 4711"), "Bob sees his own"));
        assertFalse(eve("ps axww -o args").contains("sleep 4711"));
    }

    @Test
    void eveCannotSignalBobsProcessByItsNumberOnTheHost() {
        bob.ssh("nohup sleep 4712 > /dev/null 2>&1 & until pgrep -fx 'sleep 4712'; do sleep 0.05; done")
                .orFail();
        int pid = 0;
        for (JsonNode process :
                instance.get("/tenants/bob/processes").expect(200).json())
            if (process.get("command").asText().equals("sleep 4712"))
                pid = process.get("pid").asInt();
        assertNotEquals(0, pid, "the host shows Bob's process");
        eve.ssh("kill -9 " + pid + " 2>/dev/null; kill -9 -1; true");
        assertTrue(Files.exists(Path.of("/proc/" + pid)), "it lives");
        assertEquals(0, bob.ssh("pkill -9 -f 'sleep 471[2]'").exit(), "Bob himself can end it");
    }

    @Test
    void pidOneIsTenantInitAndTellsTheTenantsRootNothing() {
        assertEquals("tenant-init", eve("tr -d '\\0' < /proc/1/cmdline"));
        for (String secret : List.of("environ", "maps", "mem", "stack", "fd/3", "root/etc/passwd", "cwd/x"))
            assertNotEquals(0, eve.ssh("cat /proc/1/" + secret).exit(), secret);
        assertNotEquals(0, eve.ssh("ls /proc/1/fd").exit());
        assertEquals(0, eve.ssh("cat /proc/self/environ /proc/self/maps").exit(), "her own processes are hers");
    }

    @Test
    void pidOneCannotBeKilledFromInside() {
        eve.ssh("kill -9 1; kill -TERM 1; kill -STOP 1; kill -HUP 1").exit();
        assertEquals("alive", eve("echo alive"));
    }

    @Test
    void hostnameAndIdsAreHerOwn() {
        assertEquals("eve", eve("hostname"));
        JsonNode range = eve.show().get("uidRange");
        assertEquals(
                "0 " + range.get("first").asLong() + " 65536",
                eve("cat /proc/self/uid_map").replaceAll("\\s+", " "));
        assertEquals(65_536, range.get("count").asInt());
        assertNotEquals(
                range.get("first").asLong(),
                bob.show().get("uidRange").get("first").asLong());
    }

    @Test
    void allEightNamespacesDifferFromBobsAndTheHosts() throws IOException {
        JsonNode hers = eve.namespaces();
        JsonNode his = bob.namespaces();
        for (String kind : List.of("user", "pid", "mnt", "net", "ipc", "uts", "cgroup", "time")) {
            String link = Files.readSymbolicLink(Path.of("/proc/self/ns", kind)).toString();
            Set<String> inodes =
                    new HashSet<>(List.of(hers.get(kind).asText(), his.get(kind).asText(), link.replaceAll("\\D", "")));
            assertEquals(3, inodes.size(), kind + ": " + inodes);
            assertEquals(kind + ":[" + hers.get(kind).asText() + "]", eve("readlink /proc/self/ns/" + kind), kind);
        }
    }

    @Test
    void sheHoldsNoCapabilityThatRulesTheMachine() {
        assertEquals(
                "a00c25fb", eve("awk '/CapBnd/ { print $2 }' /proc/self/status").replaceAll("^0+", ""));
        assertEquals("0", eve("awk '/CapInh|CapAmb/ { s += $2 } END { print s }' /proc/self/status"));
        for (String forbidden : List.of(
                "mount -t tmpfs none /mnt",
                "umount /proc/keys",
                "mount -o remount,rw /sys",
                "ip link set eth0 down",
                "ip addr add 192.0.2.1/32 dev eth0",
                "hostname mallory",
                "date -s '2001-01-01'",
                "dmesg",
                "echo 1 > /proc/sys/kernel/panic",
                "echo b > /proc/sysrq-trigger",
                "swapon /dev/zero",
                "mknod /root/sda b 8 0",
                "echo 1 > /sys/fs/cgroup/cgroup.freeze"))
            assertNotEquals(0, eve.ssh(forbidden).exit(), forbidden);
        assertEquals("0", eve("su nobody -s /bin/sh -c true; echo $?"), "su works");
    }

    @Test
    void everyProcessOfHersRunsUnderTheFilter() {
        assertEquals("2", eve("awk '/^Seccomp:/ { print $2 }' /proc/self/status"));
        assertEquals("2", eve("su nobody -s /bin/sh -c \"awk '/^Seccomp:/ { print \\$2 }' /proc/self/status\""));
        assertEquals("0", eve("awk '/^NoNewPrivs:/ { print $2 }' /proc/self/status"), "su and sudo work");
        for (String refused : List.of("unshare -U true", "unshare -n true", "setpriv --no-new-privs unshare -Ur true"))
            assertTrue(eve.ssh(refused).stderr().contains("Operation not permitted"), refused);
    }

    @Test
    void maskedFilesHoldNothing() {
        for (String file : List.of("cmdline", "keys", "kallsyms", "partitions", "diskstats", "interrupts"))
            assertEquals("", eve("cat /proc/" + file), file);
        for (String directory :
                List.of("/proc/pressure", "/sys/firmware", "/sys/block", "/sys/fs/btrfs", "/sys/kernel/debug"))
            assertEquals("", eve("ls -A " + directory + " 2>/dev/null; true"), directory);
    }

    @Test
    void sheFindsNeitherBobNorTheHostInWhatSheCanRead() {
        String told =
                eve("cat /proc/mounts /proc/self/mountinfo /proc/self/cgroup /etc/hosts /etc/hostname /etc/resolv.conf"
                        + " /etc/fstab /proc/net/* 2>/dev/null; env; mount; ls -laR /run /dev /tmp");
        String bobsId = bob.show().get("id").asText();
        assertFalse(told.contains(bobsId), "Bob's id");
        assertFalse(told.contains("bob"), "Bob's name");
        assertFalse(told.contains(bob.show().get("address4").asText()), "Bob's address");
    }

    @Test
    void deviceNodesAreTheHarmlessOnes() {
        assertEquals(
                "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero",
                eve("ls /dev | tr '\\n' ' '").strip());
    }

    @Test
    void sheReachesNeitherBobNorTheHostOverTheNetwork() {
        String his = bob.show().get("address4").asText();
        assertNotEquals(0, eve.ssh("timeout 3 ping -c 1 -W 1 " + his).exit(), "ping Bob");
        for (String port : List.of(
                Integer.toString(instance.sshPort()),
                Integer.toString(instance.url().getPort()),
                "22",
                "5432"))
            for (String host : List.of("10.0.0.1", his, "169.254.169.254"))
                assertNotEquals(
                        0,
                        eve.ssh("timeout 2 bash -c 'exec 3<>/dev/tcp/" + host + "/" + port + "'")
                                .exit(),
                        host + ":" + port);
        assertEquals(0, eve.ssh("ping -c 1 -W 2 127.0.0.1").exit(), "her own loopback answers");
    }

    @Test
    void theInternetIsHersAndTheHousesNetworkIsNot() {
        Command.Outcome resolved = Command.run("getent", "ahostsv4", "deb.debian.org");
        assumeTrue(resolved.exit() == 0, "this machine itself cannot resolve deb.debian.org");
        Eventually.holds(
                () -> assertEquals(0, eve.ssh("getent ahostsv4 deb.debian.org").exit(), "she resolves names"));
        Eventually.holds(() -> assertEquals(
                "0", eve("timeout 30 bash -c 'exec 3<>/dev/tcp/deb.debian.org/80'; echo $?"), "and connects"));
        for (String closed : List.of("10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"))
            assertNotEquals(
                    0,
                    eve.ssh("timeout 2 bash -c 'exec 3<>/dev/tcp/" + closed + "/80'")
                            .exit(),
                    closed);
    }

    @Test
    void aForkBombStopsAtHerPlanAndBobsLoginSucceeds() {
        int limit = eve.show().get("limits").get("pids").asInt();
        try {
            // dash gives up at the first fork that fails; bash would try again for half a minute
            var bomb = eve.ssh("sh -c 'for i in $(seq " + (limit + 200) + "); do sleep 300 > /dev/null 2>&1 & done'");
            assertTrue(bomb.stderr().contains("Cannot fork"), bomb.toString());
            assertEquals("in", bob.ssh("echo in").orFail().out().strip());
            Eventually.holds(() -> {
                JsonNode pids = instance.usage("eve").get("pids");
                assertTrue(pids.at("/hits/count").asLong() > 0, pids.toString());
            });
        } finally {
            eve.ssh("kill -9 -1");
        }
        assertEquals("back", eve("echo back"));
    }

    @Test
    void theDeviceNodesAreHerOwnDownToTheInode() throws IOException {
        String hers = eve("stat -L -c %d:%i /dev/null /dev/urandom /proc/keys | sort -u | tr '\\n' ' '");
        String his = bob.ssh("stat -L -c %d:%i /dev/null /dev/urandom /proc/keys | sort -u | tr '\\n' ' '")
                .orFail()
                .out()
                .strip();
        String hosts = Command.run("stat", "-L", "-c", "%d:%i", "/dev/null", "/dev/urandom")
                .orFail()
                .out();
        for (String inode : hers.split(" ")) {
            assertFalse(his.contains(inode + " "), inode);
            assertFalse(hosts.contains(inode + "\n"), inode);
        }
        assertEquals("0", eve("echo x > /dev/null && head -c 1 /dev/urandom > /dev/zero; echo $?"), "they work");
    }

    @Test
    void inotifyUsedUpByEveIsNotUsedUpForBob() {
        try {
            eve.ssh("for i in $(seq 200); do tail -f /etc/hostname > /dev/null 2>&1 & done");
            Eventually.holds(() -> assertTrue(
                    eve.ssh("timeout 10 tail -f /etc/hostname").stderr().contains("Too many open files"),
                    "hers are used up"));
            assertFalse(bob.ssh("timeout 5 tail -f /etc/hostname").stderr().contains("Too many open files"));
        } finally {
            eve.ssh("pkill tail");
        }
    }

    @Test
    void memoryBeyondHerPlanEndsHerProcessAndNothingElse() {
        var greedy = eve.ssh("head -c 900m /dev/zero | tail > /dev/null; echo ${PIPESTATUS[1]}");
        assertEquals("137", greedy.out().strip(), greedy.toString());
        Eventually.holds(() -> {
            JsonNode memory = instance.usage("eve").get("memory");
            assertTrue(memory.at("/hits/count").asLong() > 0, memory.toString());
        });
        assertEquals("alive", eve("echo alive"));
        assertEquals("alive", bob.ssh("echo alive").orFail().out().strip());
    }

    @Test
    void aDiskFilledByEveLeavesBobsFree() {
        instance.limit("eve", Map.of("diskBytes", 256L << 20));
        var filled = eve.ssh("dd if=/dev/zero of=/root/big bs=1M count=400; sync; stat -c %s /root/big");
        assertTrue(filled.stderr().contains("Disk quota exceeded"), filled.toString());
        assertTrue(Long.parseLong(filled.out().strip()) <= 256L << 20, filled.toString());
        assertEquals(
                "0",
                bob.ssh("dd if=/dev/zero of=/root/x bs=1M count=20 status=none; echo $?")
                        .out()
                        .strip());
        eve.ssh("rm -f /root/big").orFail();
    }

    @Test
    void theHostsDirectoriesOfTenantsAreClosedToEveryoneButRoot() throws IOException {
        for (String directory : List.of("pool", "agent"))
            assertEquals(
                    "rwx------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(instance.home().resolve(directory))),
                    directory);
        String options = Command.run(
                        "findmnt",
                        "-n",
                        "-o",
                        "OPTIONS",
                        instance.home().resolve("pool").toString())
                .orFail()
                .out();
        assertTrue(options.contains("nosuid") && options.contains("nodev"), options);
    }
}
