"""Shows a directory of the host's in a tenant, as a runtime that was led astray would: PID DIRECTORY PLACE."""
import ctypes, os, sys

libc = ctypes.CDLL(None, use_errno=True)
OPEN_TREE, MOVE_MOUNT = 428, 429  # the same on every architecture
OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH, AT_FDCWD = 1, 4, -100


def call(*arguments):
    answer = libc.syscall(*arguments)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


pid, directory, place = sys.argv[1:]
tree = call(OPEN_TREE, AT_FDCWD, directory.encode(), OPEN_TREE_CLONE)
with open(f"/proc/{pid}/ns/mnt") as namespace:
    if libc.setns(namespace.fileno(), 0) < 0:
        raise OSError(ctypes.get_errno(), "setns")
call(MOVE_MOUNT, tree, b"", AT_FDCWD, place.encode(), MOVE_MOUNT_F_EMPTY_PATH)
