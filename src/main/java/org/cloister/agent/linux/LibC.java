package org.cloister.agent.linux;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.util.Map;

/** libc by direct mapping: C's names and C's types, nothing else. */
final class LibC {

    static {
        Native.register(
                NativeLibrary.getInstance("c", Map.of(Library.OPTION_CLASSLOADER, LibC.class.getClassLoader())));
    }

    private LibC() {}

    /** Every variadic argument is an integer or a pointer, passed in a whole register on every 64-bit Linux. */
    static native long syscall(long number, long a, long b, long c, long d, long e, long f);

    static native int close(int fd);

    static native int socketpair(int domain, int type, int protocol, int[] fds);

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, Pointer address, int length);

    static native int connect(int fd, Pointer address, int length);

    static native int listen(int fd, int backlog);

    static native long sendmsg(int fd, Pointer message, int flags);

    static native long recvmsg(int fd, Pointer message, int flags);

    static native int poll(Pointer fds, long count, int milliseconds);

    static native long read(int fd, byte[] buffer, long count);

    static native long write(int fd, byte[] buffer, long count);

    static native int openat(int directory, String path, int flags, int mode);

    static native int renameat2(int fromDirectory, String from, int toDirectory, String to, int flags);

    static native int mkdirat(int directory, String path, int mode);

    static native int mknodat(int directory, String path, int mode, long device);

    static native int fchmodat(int directory, String path, int mode, int flags);

    static native int fchownat(int directory, String path, int uid, int gid, int flags);

    static native int pipe2(int[] fds, int flags);

    static native int fchown(int fd, int uid, int gid);

    static native int fchmod(int fd, int mode);

    static native int ioctl(int fd, long request, Pointer argument);

    static native int setns(int fd, int kind);

    static native int if_nametoindex(String name);

    static native int statfs(String path, Pointer result);

    static native int umount2(String path, int flags);

    static native int waitpid(int pid, int[] status, int options);

    static native int memfd_create(String name, int flags);

    static native int fcntl(int fd, int command, int argument);

    static native int posix_spawn(
            int[] pid, String path, Pointer actions, Pointer attributes, Pointer argv, Pointer envp);

    static native int posix_spawn_file_actions_init(Pointer actions);

    static native int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

    static native int posix_spawn_file_actions_destroy(Pointer actions);

    static native int posix_spawnattr_init(Pointer attributes);

    static native int posix_spawnattr_setflags(Pointer attributes, short flags);

    static native int posix_spawnattr_setsigdefault(Pointer attributes, Pointer set);

    static native int posix_spawnattr_setsigmask(Pointer attributes, Pointer set);

    static native int posix_spawnattr_destroy(Pointer attributes);

    static native int sigfillset(Pointer set);

    static native int sigemptyset(Pointer set);
}
