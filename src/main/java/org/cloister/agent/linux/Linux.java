package org.cloister.agent.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** System calls that Java lacks. No policy. Calls that the kernel may cut short (EINTR) are repeated. */
public final class Linux {

    public static final int AT_FDCWD = -100;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_NOCTTY = 0400;
    public static final int O_NONBLOCK = 04000;
    public static final int O_DIRECTORY = 0200000;
    public static final int O_NOFOLLOW = 0400000;
    public static final int O_CLOEXEC = 02000000;
    public static final int O_PATH = 010000000;
    public static final long RESOLVE_NO_MAGICLINKS = 2;
    public static final long RESOLVE_NO_SYMLINKS = 4;
    public static final long RESOLVE_IN_ROOT = 16;
    public static final int CLONE_NEWNET = 0x40000000;
    public static final int SIGKILL = 9;
    /** asm-generic/ioctls.h */
    public static final long TIOCSWINSZ = 0x5414;

    public static final long TIOCSPTLCK = 0x40045431L;
    public static final long TIOCGPTPEER = 0x5441L;

    private static final int SYS_PIDFD_SEND_SIGNAL = 424;
    private static final int SYS_PIDFD_OPEN = 434;
    private static final int SYS_OPENAT2 = 437;

    private Linux() {}

    public static Fd openat2(int directory, String path, int flags, int mode, long resolve) throws SyscallException {
        try (Memory how = new Memory(24);
                Memory p = text(path)) {
            how.setLong(0, flags | O_CLOEXEC);
            how.setLong(8, mode);
            how.setLong(16, resolve);
            return new Fd((int) syscall("openat2", SYS_OPENAT2, directory, at(p), at(how), 24, path));
        }
    }

    public static Fd openat(int directory, String path, int flags, int mode) throws SyscallException {
        return new Fd((int) check("openat", repeat(() -> LibC.openat(directory, path, flags | O_CLOEXEC, mode)), path));
    }

    public static Fd open(String path, int flags) throws SyscallException {
        return openat(AT_FDCWD, path, flags, 0);
    }

    /** Two names of one file system change places, in one step for whoever looks (renameat2(2), RENAME_EXCHANGE). */
    public static void exchange(String one, String other) throws SyscallException {
        check("renameat2", LibC.renameat2(AT_FDCWD, one, AT_FDCWD, other, 2), one, other);
    }

    public static void mkdirat(int directory, String path, int mode) throws SyscallException {
        check("mkdirat", LibC.mkdirat(directory, path, mode), path, Integer.toOctalString(mode));
    }

    /** A character device with exactly this mode, whatever the umask, and this owner and group. */
    public static void makeDevice(Fd directory, String name, int mode, int major, int minor, long owner)
            throws SyscallException {
        // S_IFCHR; makedev(3) for numbers below 256
        int type = 0020000;
        check("mknodat", LibC.mknodat(directory.number(), name, type | mode, major << 8 | minor), name);
        check("fchmodat", LibC.fchmodat(directory.number(), name, mode, 0), name);
        check("fchownat", LibC.fchownat(directory.number(), name, (int) owner, (int) owner, 0x100), name); // NOFOLLOW
    }

    public static Fd pidfdOpen(int pid) throws SyscallException {
        return new Fd((int) syscall("pidfd_open", SYS_PIDFD_OPEN, pid, 0, 0, 0, pid));
    }

    /** Signal 0 asks whether the process is there. */
    public static void pidfdSendSignal(Fd process, int signal) throws SyscallException {
        syscall("pidfd_send_signal", SYS_PIDFD_SEND_SIGNAL, process.number(), signal, 0, 0, signal);
    }

    /** Moves this thread alone. The thread must end afterwards, never go back to a pool. */
    public static void setns(Fd namespace, int kind) throws SyscallException {
        check("setns", LibC.setns(namespace.number(), kind), Integer.toHexString(kind));
    }

    /** The number of a link of the network namespace that this thread is in; 0 where there is none (if_nametoindex(3)). */
    public static int linkNumber(String name) {
        return LibC.if_nametoindex(name);
    }

    /** The type number of the file system that holds the path (statfs(2), f_type). */
    public static long fileSystemType(String path) throws SyscallException {
        try (Memory result = new Memory(256)) {
            check("statfs", LibC.statfs(path, result), path);
            return result.getLong(0);
        }
    }

    /** @param argument in and out; may be null */
    public static int ioctl(Fd fd, long request, byte[] argument) throws SyscallException {
        try (Memory memory = new Memory(Math.max(1, argument == null ? 1 : argument.length))) {
            if (argument != null) memory.write(0, argument, 0, argument.length);
            int result = (int) check("ioctl", LibC.ioctl(fd.number(), request, memory), Long.toHexString(request));
            if (argument != null) memory.read(0, argument, 0, argument.length);
            return result;
        }
    }

    /** An ioctl whose argument is a number and whose result is a descriptor. */
    public static Fd ioctlOpen(Fd fd, long request, int argument) throws SyscallException {
        return new Fd((int)
                check("ioctl", LibC.ioctl(fd.number(), request, new Pointer(argument)), Long.toHexString(request)));
    }

    /** Reading end, writing end. */
    public static Fd[] pipe() throws SyscallException {
        int[] ends = new int[2];
        check("pipe2", LibC.pipe2(ends, O_CLOEXEC));
        return new Fd[] {new Fd(ends[0]), new Fd(ends[1])};
    }

    /**
     * Makes a pipe hold so many bytes. A host that has set less by fs.pipe-max-size leaves it as it is, which is right and
     * slower (F_SETPIPE_SZ in fcntl(2); pipe(7)).
     */
    public static void widen(Fd pipe, int bytes) {
        LibC.fcntl(pipe.number(), 1031, bytes);
    }

    /**
     * The writing end of the same pipe with a description of its own, on which a write takes what there is room for:
     * O_NONBLOCK belongs to the description (open(2), pipe(7); proc_pid_fd(5)).
     */
    public static Fd againAtOnce(Fd pipe) throws SyscallException {
        return open("/proc/self/fd/" + pipe.number(), O_WRONLY | O_NONBLOCK);
    }

    /** Two ends of a unix stream socket. */
    public static Fd[] socketPair() throws SyscallException {
        int[] ends = new int[2];
        // AF_UNIX 1, SOCK_STREAM 1, SOCK_CLOEXEC
        check("socketpair", LibC.socketpair(1, 1 | O_CLOEXEC, 0, ends));
        return new Fd[] {new Fd(ends[0]), new Fd(ends[1])};
    }

    public static void fchown(Fd fd, long uid, long gid) throws SyscallException {
        check("fchown", LibC.fchown(fd.number(), (int) uid, (int) gid), uid, gid);
    }

    public static void write(Fd fd, byte[] bytes) throws SyscallException {
        check("write", LibC.write(fd.number(), bytes, bytes.length), bytes.length + " bytes");
    }

    /**
     * Reads to the end of a stream.
     *
     * @param most bytes; more is an error
     * @param seconds in which it must end
     */
    public static byte[] readAll(Fd fd, int most, int seconds) throws IOException {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        byte[] part = new byte[65_536];
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (true) {
            if (!readable(fd, (int) Math.max(0, (deadline - System.nanoTime()) / 1_000_000)))
                throw new IOException("no end of the stream in " + seconds + " s");
            int length = (int) check("read", repeat(() -> LibC.read(fd.number(), part, part.length)));
            if (length == 0) return all.toByteArray();
            all.write(part, 0, length);
            if (all.size() > most) throw new IOException("more than " + most + " bytes");
        }
    }

    /** Waits for something to read, or for the end. */
    static boolean readable(Fd fd, int milliseconds) throws SyscallException {
        return ready(fd, 1, milliseconds); // POLLIN
    }

    private static boolean ready(Fd fd, int events, int milliseconds) throws SyscallException {
        long deadline = System.nanoTime() + milliseconds * 1_000_000L;
        try (Memory watched = new Memory(8)) {
            while (true) {
                watched.setInt(0, fd.number());
                watched.setInt(4, events);
                long left = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
                int result = LibC.poll(watched, 1, (int) left);
                if (result >= 0) return result > 0;
                if (Native.getLastError() != Errno.EINTR) check("poll", result);
            }
        }
    }

    /**
     * Writes all of it to a pipe or socket whose reader may never read.
     *
     * @throws IOException among others, when it was not taken in that time
     */
    public static void writeAll(Fd fd, byte[] bytes, int seconds) throws IOException {
        int piece = 4096; // PIPE_BUF: when a pipe is writable, this much fits without blocking
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        for (int at = 0; at < bytes.length; ) {
            int left = (int) Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
            if (!ready(fd, 4, left)) throw new IOException("nobody read in " + seconds + " s"); // POLLOUT
            byte[] part = java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece));
            at += (int) check("write", LibC.write(fd.number(), part, part.length), part.length + " bytes");
        }
    }

    /** A sealed, executable copy of a program that no file system names; mode 0711 keeps it opaque (kernel.md). */
    public static Fd sealedProgram(byte[] program) throws SyscallException {
        // MFD_CLOEXEC 1, MFD_ALLOW_SEALING 2, MFD_EXEC 0x10 (since Linux 6.3)
        int made = LibC.memfd_create("program", 3 | 0x10);
        Fd memory = new Fd((int) check("memfd_create", made >= 0 ? made : LibC.memfd_create("program", 3)));
        try {
            for (int at = 0; at < program.length; ) {
                byte[] rest = at == 0 ? program : java.util.Arrays.copyOfRange(program, at, program.length);
                at += (int) check("write", LibC.write(memory.number(), rest, rest.length), "memfd");
            }
            check("fchmod", LibC.fchmod(memory.number(), 0711), "0711");
            // F_ADD_SEALS 1033: seal, shrink, grow, write
            check("fcntl", LibC.fcntl(memory.number(), 1033, 0xf), "F_ADD_SEALS");
            return memory;
        } catch (SyscallException e) {
            memory.close();
            throw e;
        }
    }

    /**
     * Starts a program with exactly these descriptors as 0, 1, 2, …, an empty environment, no signal blocked and none
     * ignored (a launcher's nohup would else reach every shell of every tenant).
     *
     * @return its pid; the caller waits for it
     */
    public static int posixSpawn(String program, List<String> arguments, List<Fd> descriptors) throws SyscallException {
        try (Memory actions = new Memory(512);
                Memory attributes = new Memory(1024);
                Memory all = new Memory(128);
                Memory none = new Memory(128);
                Memory argv = new Memory(Native.POINTER_SIZE * (arguments.size() + 1L));
                Memory envp = new Memory(Native.POINTER_SIZE)) {
            LibC.posix_spawn_file_actions_init(actions);
            LibC.posix_spawnattr_init(attributes);
            List<Memory> texts = arguments.stream().map(Linux::text).toList();
            try {
                for (int i = 0; i < descriptors.size(); i++) {
                    int from = descriptors.get(i).number();
                    if (from < descriptors.size())
                        throw new IllegalStateException("descriptor " + from + " is too low");
                    LibC.posix_spawn_file_actions_adddup2(actions, from, i);
                }
                LibC.sigfillset(all);
                LibC.sigemptyset(none);
                LibC.posix_spawnattr_setsigdefault(attributes, all);
                LibC.posix_spawnattr_setsigmask(attributes, none);
                LibC.posix_spawnattr_setflags(attributes, (short) (0x04 | 0x08)); // SETSIGDEF, SETSIGMASK
                for (int i = 0; i < texts.size(); i++) argv.setPointer((long) i * Native.POINTER_SIZE, texts.get(i));
                argv.setPointer((long) texts.size() * Native.POINTER_SIZE, null);
                envp.setPointer(0, null);
                int[] pid = new int[1];
                int errno = LibC.posix_spawn(pid, program, actions, attributes, argv, envp);
                if (errno != 0) throw new SyscallException("posix_spawn", errno, program);
                return pid[0];
            } finally {
                texts.forEach(Memory::close);
                LibC.posix_spawnattr_destroy(attributes);
                LibC.posix_spawn_file_actions_destroy(actions);
            }
        }
    }

    /** Waits for a child of this process; the status as in wait(2). */
    public static int waitpid(int pid) throws SyscallException {
        int[] status = new int[1];
        while (LibC.waitpid(pid, status, 0) < 0) {
            int errno = Native.getLastError();
            if (errno != Errno.EINTR) throw new SyscallException("waitpid", errno, pid);
        }
        return status[0];
    }

    /** Repeats a call that a signal cut short. */
    static long repeat(java.util.function.LongSupplier call) {
        long result;
        do {
            result = call.getAsLong();
        } while (result < 0 && Native.getLastError() == Errno.EINTR);
        return result;
    }

    static long check(String call, long result, Object... arguments) throws SyscallException {
        if (result < 0) throw new SyscallException(call, Native.getLastError(), arguments);
        return result;
    }

    static long syscall(String call, int number, long a, long b, long c, long d, Object shown) throws SyscallException {
        return check(call, repeat(() -> LibC.syscall(number, a, b, c, d, 0, 0)), shown);
    }

    static Memory text(String s) {
        byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
        for (byte b : bytes) if (b == 0) throw new IllegalArgumentException("a NUL byte in an argument");
        Memory memory = new Memory(bytes.length + 1L);
        memory.write(0, bytes, 0, bytes.length);
        memory.setByte(bytes.length, (byte) 0);
        return memory;
    }

    static long at(Pointer memory) {
        return Pointer.nativeValue(memory);
    }
}
