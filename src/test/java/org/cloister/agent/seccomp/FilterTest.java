package org.cloister.agent.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloister.agent.linux.SyscallNumbers;
import org.cloister.agent.linux.SyscallNumbers.Architecture;
import org.junit.jupiter.api.Test;

/** What the compiled profile answers, by running it as the kernel would. */
class FilterTest {

    private static final String ALLOWED = "allowed";
    private static final String EPERM = "errno 1";
    private static final String ENOSYS = "errno 38";
    private static final String EPROTONOSUPPORT = "errno 93";
    private static final String EAFNOSUPPORT = "errno 97";

    private static final List<Architecture> ARCHITECTURES = SyscallNumbers.architectures();
    private static final byte[] STRICT = compile();

    private static byte[] compile() {
        try {
            return Filter.compile(
                    Profile.parse(Files.readString(Path.of("tenants/seccomp/strict.rules"))),
                    ARCHITECTURES,
                    SyscallNumbers::number);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String ask(byte[] program, int architecture, int number, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        data.putInt(number).putInt(architecture).putLong(0);
        for (long argument : arguments) data.putLong(argument);
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        int accumulator = 0;
        for (int at = 0; ; at++) {
            int operation = Short.toUnsignedInt(code.getShort(8 * at));
            int whenTrue = Byte.toUnsignedInt(code.get(8 * at + 2));
            int whenFalse = Byte.toUnsignedInt(code.get(8 * at + 3));
            int value = code.getInt(8 * at + 4);
            switch (operation) {
                case 0x20 -> accumulator = data.getInt(value);
                case 0x54 -> accumulator &= value;
                case 0x05 -> at += value;
                case 0x15 -> at += accumulator == value ? whenTrue : whenFalse;
                case 0x25 -> at += Integer.compareUnsigned(accumulator, value) > 0 ? whenTrue : whenFalse;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, value) >= 0 ? whenTrue : whenFalse;
                case 0x06 -> {
                    if (value == 0x7fff0000) return ALLOWED;
                    return value >>> 16 == 5 ? "errno " + (value & 0xffff) : "killed";
                }
                default -> throw new AssertionError("operation " + operation);
            }
        }
    }

    private static String ask(String call, long... arguments) {
        Architecture own = ARCHITECTURES.getFirst();
        return ask(STRICT, own.token(), SyscallNumbers.number(own, call).orElseThrow(), arguments);
    }

    @Test
    void newNamespacesAreRefused() {
        for (long flag : new long[] {0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000})
            assertEquals(EPERM, ask("clone", flag | 17), Long.toHexString(flag));
        assertEquals(ENOSYS, ask("clone3"), "so that libc falls back to clone, whose flags can be seen");
        assertEquals(EPERM, ask("unshare", 0x10000000));
        assertEquals(EPERM, ask("setns", 3, 0));
        assertEquals(ALLOWED, ask("clone", 17), "fork");
        assertEquals(ALLOWED, ask("clone", 0x3d0f00), "a thread");
    }

    @Test
    void inputCannotBeFakedIntoATerminal() {
        for (long upper : new long[] {0, 0x1_0000_0000L}) { // the kernel reads 32 bits of the command
            assertEquals(EPERM, ask("ioctl", 0, upper | 0x5412));
            assertEquals(EPERM, ask("ioctl", 0, upper | 0x541c));
        }
        assertEquals(ALLOWED, ask("ioctl", 0, 0x5413), "asking for the window's size");
    }

    @Test
    void btrfsIoctlsAreRefusedButForTheHarmlessFour() {
        for (long command : new long[] {0x5000940e, 0x50009401, 0x50009417, 0x9408, 0xc0109428L, 0x1_5000_940eL})
            assertEquals(EPERM, ask("ioctl", 3, command), Long.toHexString(command));
        for (long command : new long[] {0x40049409, 0x4020940d, 0xc0189436L, 0x81009431L})
            assertEquals(ALLOWED, ask("ioctl", 3, command), Long.toHexString(command));
    }

    @Test
    void onlyOrdinarySocketsAreMade() {
        for (long family : new long[] {17, 38, 40, 44, 15, 21, 30, 4, 9})
            assertEquals(EAFNOSUPPORT, ask("socket", family, 1, 0), "family " + family);
        assertEquals(EPERM, ask("socket", 2, 3, 6), "a raw TCP socket");
        assertEquals(EPERM, ask("socket", 2, 3 | 0x80000, 255));
        assertEquals(EPERM, ask("socket", 10, 3, 6));
        assertEquals(EPERM, ask("socket", 2, 10, 0), "the obsolete way to packet sockets");
        assertEquals(EAFNOSUPPORT, ask("socket", 16, 3, 9), "netlink, audit");
        for (long family : new long[] {1, 2, 10})
            assertEquals(ALLOWED, ask("socket", family, 1, 0), "family " + family);
        for (long protocol : new long[] {33, 115, 132, 136})
            for (long family : new long[] {2, 10})
                assertEquals(EPROTONOSUPPORT, ask("socket", family, 1, protocol), "protocol " + protocol);
        for (long protocol : new long[] {6, 17, 262})
            for (long family : new long[] {2, 10})
                assertEquals(ALLOWED, ask("socket", family, 1, protocol), "protocol " + protocol);
        assertEquals(ALLOWED, ask("socket", 2, 3, 1), "ping");
        assertEquals(ALLOWED, ask("socket", 10, 3, 58), "ping6");
        assertEquals(ALLOWED, ask("socket", 16, 3, 0), "netlink, routes");
    }

    @Test
    void headersOfHerOwnMakeAreRefused() {
        assertEquals(EPERM, ask("setsockopt", 3, 0, 3), "IP_HDRINCL");
        assertEquals(EPERM, ask("setsockopt", 3, 41, 36), "IPV6_HDRINCL");
        assertEquals(ALLOWED, ask("setsockopt", 3, 1, 2), "SO_REUSEADDR");
    }

    @Test
    void whatRulesTheMachineIsRefusedByName() {
        for (String call : List.of(
                "mount",
                "umount2",
                "pivot_root",
                "open_tree",
                "move_mount",
                "fsopen",
                "bpf",
                "perf_event_open",
                "userfaultfd",
                "io_uring_setup",
                "keyctl",
                "add_key",
                "request_key",
                "open_by_handle_at",
                "kexec_load",
                "init_module",
                "finit_module",
                "delete_module",
                "swapon",
                "acct",
                "reboot",
                "settimeofday",
                "clock_settime",
                "adjtimex",
                "syslog",
                "iopl",
                "ioperm",
                "quotactl")) assertEquals(EPERM, ask(call), call);
    }

    @Test
    void aCallThatNobodyNamedDoesNotExist() {
        assertEquals(ENOSYS, ask(STRICT, ARCHITECTURES.getFirst().token(), 999));
        assertEquals(ENOSYS, ask(STRICT, ARCHITECTURES.getFirst().token(), 0x40000000), "x32");
        assertEquals("killed", ask(STRICT, 0x12345, 1), "an architecture of nobody's");
    }

    @Test
    void thirtyTwoBitProgramsAreHeldTheSame() {
        Architecture old = ARCHITECTURES.get(1);
        for (String call : List.of("mount", "unshare", "keyctl", "bpf", "umount"))
            assertEquals(
                    EPERM,
                    ask(STRICT, old.token(), SyscallNumbers.number(old, call).orElseThrow()),
                    call);
        assertEquals(
                EPERM,
                ask(STRICT, old.token(), SyscallNumbers.number(old, "clone").orElseThrow(), 0x10000000));
        assertEquals(
                ALLOWED,
                ask(STRICT, old.token(), SyscallNumbers.number(old, "openat").orElseThrow()));
    }

    @Test
    void ordinaryCallsAreAllowed() {
        for (String call : List.of(
                "read",
                "write",
                "openat",
                "execve",
                "execveat",
                "mmap",
                "futex",
                "epoll_wait",
                "accept4",
                "kill",
                "wait4",
                "setresuid",
                "setgroups",
                "chown",
                "mknodat",
                "ptrace",
                "prlimit64",
                "sendmsg",
                "statx",
                "rseq",
                "chroot",
                "sched_setaffinity",
                "inotify_add_watch",
                "timerfd_create",
                "mq_open",
                "shmget",
                "memfd_create",
                "seccomp")) assertEquals(ALLOWED, ask(call), call);
    }

    @Test
    void theFirstRuleThatFitsDecides() {
        byte[] program = Filter.compile(
                Profile.parse(
                        "allow read when arg0 == 1 arg2 & 0xf != 3\ndeny EACCES read when arg0 == 1\ndeny EPERM read"),
                List.of(ARCHITECTURES.getFirst()),
                SyscallNumbers::number);
        int token = ARCHITECTURES.getFirst().token();
        int read = SyscallNumbers.number(ARCHITECTURES.getFirst(), "read").orElseThrow();
        assertEquals(ALLOWED, ask(program, token, read, 1, 0, 4));
        assertEquals("errno 13", ask(program, token, read, 1, 0, 0x13));
        assertEquals(EPERM, ask(program, token, read, 2, 0, 4));
    }

    @Test
    void aProfileThatMakesNoSenseIsRefusedWithItsLine() {
        for (String wrong : List.of(
                "permit read",
                "deny read",
                "deny EWRONG read",
                "allow",
                "allow read when",
                "allow read when arg9 == 1",
                "allow read when arg0 > 1",
                "allow Read",
                "allow read when arg0 == 1 nonsense",
                "# nothing")) assertThrows(IllegalArgumentException.class, () -> Profile.parse(wrong), wrong);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Profile.parse("allow read\nallow WRITE"));
        assertTrue(e.getMessage().startsWith("line 2: "), e.getMessage());
    }

    @Test
    void everyNamedCallIsKnownOnSomeArchitectureOrNewerThanTheTables() throws IOException {
        Profile profile = Profile.parse(Files.readString(Path.of("tenants/seccomp/strict.rules")));
        List<String> newer = List.of(
                "open_tree_attr",
                "statmount",
                "listmount",
                "process_madvise",
                "set_mempolicy_home_node",
                "quotactl_fd",
                "fchmodat2",
                "cachestat",
                "file_getattr",
                "getxattrat",
                "setxattrat",
                "listxattrat",
                "removexattrat",
                "map_shadow_stack",
                "uretprobe",
                "mseal",
                "futex_waitv",
                "futex_wait",
                "futex_wake",
                "futex_requeue",
                "memfd_secret",
                "process_mrelease",
                "landlock_create_ruleset",
                "landlock_add_rule",
                "landlock_restrict_self",
                "epoll_pwait2",
                "mount_setattr");
        for (String call : profile.byCall().keySet())
            assertTrue(
                    newer.contains(call)
                            || ARCHITECTURES.stream()
                                    .anyMatch(
                                            a -> SyscallNumbers.number(a, call).isPresent())
                            || List.of(
                                            "create_module",
                                            "query_module",
                                            "nfsservctl",
                                            "vm86old",
                                            "_sysctl",
                                            "sysfs",
                                            "uselib")
                                    .contains(call),
                    call + " is misspelt, or newer than libseccomp's tables");
    }

    @Test
    void nestingAllowsNamespacesAndMountsAndNothingElse() throws IOException {
        List<Rule> rules =
                new java.util.ArrayList<>(Profile.parse(Files.readString(Path.of("tenants/seccomp/nesting.rules")))
                        .rules());
        rules.addAll(Profile.parse(Files.readString(Path.of("tenants/seccomp/strict.rules")))
                .rules());
        byte[] nesting = Filter.compile(new Profile(rules), ARCHITECTURES, SyscallNumbers::number);
        Architecture own = ARCHITECTURES.getFirst();
        java.util.Set<String> more = new java.util.TreeSet<>();
        for (String call : new Profile(rules).byCall().keySet()) {
            var number = SyscallNumbers.number(own, call);
            if (number.isEmpty()) continue;
            long[] arguments = {0x10000000 | 17, 0x9403, 0};
            String before = ask(STRICT, own.token(), number.getAsInt(), arguments);
            if (!before.equals(ask(nesting, own.token(), number.getAsInt(), arguments))) more.add(call);
        }
        assertEquals(
                java.util.Set.of(
                        "clone",
                        "keyctl",
                        "mount",
                        "pivot_root",
                        "setdomainname",
                        "sethostname",
                        "setns",
                        "umount2",
                        "unshare"),
                more);
        int setsockopt = SyscallNumbers.number(own, "setsockopt").orElseThrow();
        assertEquals(EPERM, ask(nesting, own.token(), setsockopt, 4, 0, 64), "a packet filter of one's own");
        assertEquals(EPERM, ask(nesting, own.token(), setsockopt, 4, 0, 3), "and what is refused to all stays so");
        assertEquals(ALLOWED, ask(nesting, own.token(), setsockopt, 4, 1, 2));
        assertEquals(
                ENOSYS,
                ask(nesting, own.token(), SyscallNumbers.number(own, "keyctl").orElseThrow()));
    }
}
