package org.cloister.agent.linux;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A system call that failed: what was called, with what, and what the kernel answered. */
public final class SyscallException extends IOException {

    private static final long serialVersionUID = 1;

    private final String call;
    private final int errno;

    public SyscallException(String call, int errno, Object... arguments) {
        super(call + Arrays.stream(arguments).map(String::valueOf).collect(Collectors.joining(", ", "(", ")")) + ": "
                + Errno.name(errno) + hint(call, errno));
        this.call = call;
        this.errno = errno;
    }

    public String call() {
        return call;
    }

    public int errno() {
        return errno;
    }

    private static String hint(String call, int errno) {
        if (errno == Errno.ENOSYS) return "; this kernel lacks the call: Linux 5.19 or newer is needed";
        if (errno == Errno.ENOSPC && call.equals("clone3"))
            return "; raise /proc/sys/user/max_*_namespaces, which counts the namespaces of this machine";
        if (errno == Errno.EINVAL && call.equals("mount_setattr"))
            return "; the file system of the pool must support id-mapped mounts (btrfs does since Linux 5.15)";
        return "";
    }
}
