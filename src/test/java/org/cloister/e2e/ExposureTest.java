package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** All that a tenant's root can read of the kernel's file systems, against a list that gives a reason for each. */
class ExposureTest {

    /** Not processes, which are the tenant's, nor its network namespace. Prints what can be read and holds something. */
    private static final String READABLE = """
            { find /proc -mindepth 1 -maxdepth 1 -name '[0-9]*' -prune -o ! -name self ! -name thread-self ! -name sys -print
              find /proc/sys -path /proc/sys/net -prune -o -print
              find /proc/fs /proc/bus /proc/irq /proc/tty /proc/driver /proc/acpi /proc/sysvipc /proc/pressure /sys /dev
            } 2>/dev/null | while read -r file; do
                [ -f "$file" ] && [ -r "$file" ] || continue
                [ -n "$(timeout 2 head -c 1 "$file" 2>/dev/null | od -An -tx1)" ] && echo "$file"
            done; true
            """;

    private record Allowed(boolean own, Pattern path) {}

    private static Instance instance;
    private static TenantHandle eve;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        eve = instance.tenant("eve");
    }

    @AfterAll
    static void leave() {
        if (eve != null) eve.close();
    }

    private static List<Allowed> allowed() throws IOException {
        List<Allowed> allowed = new ArrayList<>();
        try (InputStream text = ExposureTest.class.getResourceAsStream("exposure.txt")) {
            for (String line : new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.isBlank() || line.startsWith("#")) continue;
                String[] words = line.strip().split(" +", 3);
                assertEquals(3, words.length, "a reason is missing: " + line);
                allowed.add(new Allowed(words[0].equals("own"), Pattern.compile(words[1])));
            }
        }
        return allowed;
    }

    @Test
    void nothingOfTheMachineIsReadableThatHasNoReason() throws IOException {
        List<Allowed> allowed = allowed();
        List<String> readable = Command.run(
                        eve.sshCommand(List.of(), "bash"),
                        READABLE.getBytes(StandardCharsets.UTF_8),
                        Duration.ofMinutes(10))
                .orFail()
                .out()
                .lines()
                .toList();
        assertTrue(readable.contains("/proc/meminfo") && readable.size() > 40, "the search finds: " + readable);
        List<String> unexplained = readable.stream()
                .filter(file -> !setting(file)
                        && allowed.stream()
                                .noneMatch(a -> a.path().matcher(file).matches()))
                .toList();
        assertEquals(List.of(), unexplained, "readable in a tenant, and not in exposure.txt");
        for (String file : readable)
            if (allowed.stream().anyMatch(a -> a.own() && a.path().matcher(file).matches())
                    && Files.exists(Path.of(file)))
                assertNotEquals(
                        hosts("cat", file), eve.ssh("cat " + file).orFail().out(), file + " is the machine's");
    }

    /** What the machine's root can write under /proc/sys. */
    private static boolean setting(String file) {
        return file.startsWith("/proc/sys/") && hosts("stat", "-c", "%A", file).startsWith("-rw");
    }

    private static String hosts(String... command) {
        return Command.run(command).orFail().out();
    }

    @Test
    void whatIsClosedIsTheMachinesAndNotMerelyEmptyThere() {
        for (String file : List.of(
                "/proc/cmdline",
                "/proc/interrupts",
                "/proc/partitions",
                "/proc/zoneinfo",
                "/proc/softirqs",
                "/proc/crypto",
                "/proc/devices",
                "/proc/sys/fs/file-nr",
                "/proc/sys/fs/inode-nr",
                "/proc/sys/fs/dentry-state")) {
            assertTrue(hosts("cat", file).length() > 1, "the machine has " + file);
            assertEquals("", eve.ssh("cat " + file).orFail().out(), file);
        }
        for (String directory : List.of("/proc/fs", "/proc/irq", "/proc/bus", "/proc/driver", "/sys/block", "/sys/bus"))
            assertEquals("", eve.ssh("ls -A " + directory).orFail().out(), directory);
        for (String absent :
                List.of("/sys/kernel", "/sys/firmware", "/sys/fs/btrfs", "/sys/devices/virtual", "/sys/power"))
            assertNotEquals(0, eve.ssh("ls " + absent).exit(), absent);
    }

    @Test
    void noSettingOfTheKernelsCanBeWritten() {
        String written = eve.ssh(
                        "find /proc/sys /sys /proc/sysrq-trigger -type f -writable 2>/dev/null | while read -r f; do"
                                + " { : >> \"$f\"; } 2>/dev/null && echo \"$f\"; done; true")
                .orFail()
                .out();
        assertEquals("", written);
        for (String path : List.of(
                "/proc/sys/kernel/core_pattern",
                "/proc/sys/kernel/modprobe",
                "/sys/kernel/uevent_helper",
                "/proc/sys/fs/binfmt_misc/register",
                "/proc/sysrq-trigger",
                "/proc/sys/kernel/hostname",
                "/proc/sys/user/max_user_namespaces",
                "/sys/fs/cgroup/payload/cgroup.procs"))
            assertNotEquals(0, eve.ssh("echo 1 > " + path).exit(), path);
    }

    @Test
    void herProcessesHoldTheFourteenCapabilitiesAndNoOther() {
        String status = eve.ssh("grep ^Cap /proc/self/status").orFail().out().replace("\t", " ");
        // CHOWN to SETPCAP but for DAC_READ_SEARCH, NET_BIND_SERVICE, NET_RAW, SYS_CHROOT, SYS_PTRACE, AUDIT_WRITE,
        // SETFCAP
        assertEquals(
                "CapInh: 0000000000000000\nCapPrm: 00000000a00c25fb\nCapEff: 00000000a00c25fb\n"
                        + "CapBnd: 00000000a00c25fb\nCapAmb: 0000000000000000\n",
                status);
        assertTrue(eve.ssh("su nobody -s /bin/sh -c 'grep ^CapEff /proc/self/status'")
                        .orFail()
                        .out()
                        .contains(" 0000000000000000")
                || eve.ssh("su nobody -s /bin/sh -c 'grep ^CapEff /proc/self/status'")
                        .out()
                        .contains("\t0000000000000000"));
    }

    @Test
    void noNamespaceCanBeMadeEvenWhereTheFilterWouldLetHer() {
        for (String kind : List.of("user", "pid", "net", "ipc", "uts", "cgroup", "time"))
            assertEquals(
                    "0",
                    eve.ssh("cat /proc/sys/user/max_" + kind + "_namespaces")
                            .orFail()
                            .out()
                            .strip(),
                    kind);
        assertNotEquals(0, eve.ssh("unshare -U true").exit());
    }

    /** As in CVE-2024-21626: one of the host's, a directory above all, would be a way out. */
    @Test
    void aShellHasItsStreamsAndNoOtherDescriptor() {
        String mine = "ls /proc/$$/fd; true"; // without a pipe, whose end the shell itself would hold for a moment
        assertEquals("0 1 2", eve.ssh(mine).orFail().out().strip().replaceAll("\\s+", " "));
        String terminal = Command.run(eve.sshCommand(List.of("-tt"), mine), new byte[0], Command.LONG)
                .orFail()
                .out();
        assertEquals("0 1 2", terminal.strip().replaceAll("\\s+", " "));
    }

    /** As in CVE-2019-5736: what enters runs a program of hers, which is a script of the entering program itself. */
    @Test
    void aShellThatNamesItsOwnEntrantGetsNothingOfTheHosts() throws IOException {
        String before = sums();
        eve.ssh("cp /bin/sh /bin/sh.kept").orFail();
        try {
            for (String shell : List.of("#!/proc/self/exe", "#!/proc/1/exe", "#!/proc/self/fd/3")) {
                // Her login shell, in one step, since the next login runs it.
                eve.ssh("cp /bin/bash /bin/bash.kept 2>/dev/null; printf '" + shell + "\\n' > /bin/x; chmod 755 /bin/x;"
                                + " sed -i 's|^\\(root:.*\\):[^:]*$|\\1:/bin/x|' /etc/passwd")
                        .orFail();
                assertNotEquals(0, eve.ssh("true").exit(), shell);
                Path passwd = instance.home()
                        .resolve("pool/tenants/" + eve.show().get("id").asText() + "/root/etc/passwd");
                Files.writeString(passwd, Files.readString(passwd).replace(":/bin/x", ":/bin/bash"));
                assertEquals("in", eve.ssh("echo in").orFail().out().strip(), "her own shell again");
            }
            String overwrite = "for f in /proc/[0-9]*/exe; do cat /bin/true > $f; done 2>/dev/null;"
                    + " exec 9< /proc/1/exe; cat /bin/true > /proc/self/fd/9";
            assertNotEquals(0, eve.ssh(overwrite).exit(), "pid 1 is not hers to open");
        } finally {
            assertEquals(before, sums(), "programs of the host's are as they were");
        }
    }

    private static String sums() {
        return Command.run(
                        "sh", "-c", "sha256sum " + instance.home() + "/app/libexec/* /bin/sh /bin/bash /usr/sbin/nft")
                .orFail()
                .out();
    }
}
