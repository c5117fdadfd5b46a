package org.cloister.agent.linux;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Numbers of system calls by name, from libseccomp's tables. */
public final class SyscallNumbers {

    /** An architecture as the kernel's audit subsystem numbers it (linux/audit.h). */
    public record Architecture(String name, int token) {}

    private interface Seccomp extends Library {
        Seccomp INSTANCE = Native.load("libseccomp.so.2", Seccomp.class);

        int seccomp_arch_native();

        int seccomp_syscall_resolve_name_arch(int architecture, String name);
    }

    private static final Architecture X86_64 = new Architecture("x86_64", 0xC000003E);
    private static final Architecture X86 = new Architecture("x86", 0x40000003);
    private static final Architecture AARCH64 = new Architecture("aarch64", 0xC00000B7);
    private static final Architecture ARM = new Architecture("arm", 0x40000028);

    /**
     * What the tables give for socketcall(2) alone, and the kernel as calls of their own since Linux 4.3
     * (arch/x86/entry/syscalls/syscall_32.tbl).
     */
    private static final Map<String, Integer> X86_SOCKETS = Map.ofEntries(
            Map.entry("socket", 359),
            Map.entry("socketpair", 360),
            Map.entry("bind", 361),
            Map.entry("connect", 362),
            Map.entry("listen", 363),
            Map.entry("accept4", 364),
            Map.entry("getsockopt", 365),
            Map.entry("setsockopt", 366),
            Map.entry("getsockname", 367),
            Map.entry("getpeername", 368),
            Map.entry("sendto", 369),
            Map.entry("sendmsg", 370),
            Map.entry("recvfrom", 371),
            Map.entry("recvmsg", 372),
            Map.entry("shutdown", 373));

    private SyscallNumbers() {}

    /** This machine's own and the 32-bit one that its kernel runs as well. */
    public static List<Architecture> architectures() {
        int token = Seccomp.INSTANCE.seccomp_arch_native();
        if (token == X86_64.token()) return List.of(X86_64, X86);
        if (token == AARCH64.token()) return List.of(AARCH64, ARM);
        throw new UnsupportedOperationException("no filter for the architecture " + Integer.toHexString(token));
    }

    /** Empty where the architecture has no such call (libseccomp answers with a negative number). */
    public static OptionalInt number(Architecture architecture, String call) {
        int number = Seccomp.INSTANCE.seccomp_syscall_resolve_name_arch(architecture.token(), call);
        if (number < 0 && architecture.equals(X86)) number = X86_SOCKETS.getOrDefault(call, -1);
        return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
