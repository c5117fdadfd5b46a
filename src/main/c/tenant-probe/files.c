/* Vectors at files and mounts. */
#include "probe.h"
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* A file of the canary's: by its path, and through the root directory of its process. */
static int read_somehow(const struct canary *c, const char *file, struct attempt *a) {
    char path[4200];
    int error = read_at(file, a);
    for (int i = 0; error && i < 2; i++) {
        int through = i ? c->pid : c->seen;
        if (!through || (i && through == c->seen)) continue;
        snprintf(path, sizeof path, "/proc/%d/root%s", through, file);
        error = read_at(path, a);
    }
    return error;
}

int read_secret(const struct canary *c, struct attempt *a) {
    const char *host = of(c, "hostpath");
    int error = read_somehow(c, of(c, "file"), a);
    return error && host ? read_at(host, a) : error;
}

int open_directory(const struct canary *c, struct attempt *a) { return read_somehow(c, of(c, "open"), a); }

/* chroot(2): a working directory above the new root leads out of it. */
int chroot_escape(const struct canary *c, struct attempt *a) {
    const char *host = of(c, "hostpath");
    char name[32];
    int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(name, sizeof name, ".probe-%d", getpid());
    if (top < 0 || tmp < 0 || mkdirat(tmp, name, 0700)) return said(a, "a directory to change into", -1);
    int error = said(a, "chroot, twice", fchdir(tmp) || chroot(name) || fchdir(top) ? -1 : 0);
    unlinkat(tmp, name, AT_REMOVEDIR);
    if (error) return error;
    for (int i = 0; i < 64; i++)
        if (chdir("..")) break;
    if (chroot(".")) return said(a, "chroot(\".\")", -1);
    error = read_at(of(c, "file"), a);
    return error && host ? read_at(host, a) : error;
}

/* As in CVE-2014-9357's time ("shocker"): a file by its number, whatever directory is the root. Here its own. */
int open_by_handle(const struct canary *c, struct attempt *a) {
    struct { struct file_handle head; unsigned char room[128]; } handle = { .head.handle_bytes = 128 };
    int mount, top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void) c;
    if (name_to_handle_at(AT_FDCWD, "/", &handle.head, &mount, 0)) handle.head.handle_bytes = 8;
    return said_of_nonsense(a, "open_by_handle_at(\"/\")", open_by_handle_at(top, &handle.head, O_RDONLY), ESTALE);
}

int make_node(const struct canary *c, struct attempt *a) {
    char path[64];
    (void) c;
    snprintf(path, sizeof path, "/tmp/.probe-%d", getpid());
    int error = said(a, "mknod of a block device", mknod(path, S_IFBLK | 0600, makedev(7, 0)));
    if (!error) unlink(path);
    return error;
}

/* Opened for reading, and closed. */
int block_device(const struct canary *c, struct attempt *a) {
    DIR *dev = opendir("/dev");
    int error = ENOENT, seen = 0;
    struct stat status;
    (void) c;
    for (struct dirent *entry; error && dev && (entry = readdir(dev));) {
        if (fstatat(dirfd(dev), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) || !S_ISBLK(status.st_mode)) continue;
        int device = openat(dirfd(dev), entry->d_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        error = device < 0 ? errno : 0;
        seen++;
        if (!error) note(a, "opened %s", entry->d_name);
    }
    if (error) note(a, "block devices in /dev: %d", seen);
    return error;
}

int mount_anything(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "mount of an unheard-of type", mount("none", "/", "nonsense", 0, NULL), ENODEV);
}

static const char not_a_mount[] = "/proc/self/comm";

int unmount(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "umount of what is no mount", umount2(not_a_mount, MNT_DETACH), EINVAL);
}

int remount(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "remount of what is no mount", mount(NULL, not_a_mount, NULL, MS_REMOUNT | MS_BIND, NULL), EINVAL);
}

int pivot(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "pivot_root to nowhere", syscall(SYS_pivot_root, "/.nowhere", "/.nowhere"), ENOENT);
}

int new_mount(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "fsopen of an unheard-of type", syscall(SYS_fsopen, "nonsense", 0), ENODEV);
}

int clone_mount(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "open_tree(OPEN_TREE_CLONE) of nowhere", syscall(SYS_open_tree, AT_FDCWD, "/.nowhere", 1), ENOENT);
}

/* linux/btrfs.h: the name holds a slash, which btrfs refuses once it has taken the call. */
struct volume { long long fd; char name[4088]; };
struct volume2 { long long fd; unsigned long long transaction, flags, size, inherit, unused[2]; char name[4040]; };

static int at_root(unsigned long command, void *arguments, const char *call, struct attempt *a) {
    int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return said_of_nonsense(a, call, ioctl(top, (int) command, arguments), EINVAL);
}

int subvolume(const struct canary *c, struct attempt *a) {
    struct volume v = { .name = "no/name" };
    (void) c;
    return at_root(_IOW(0x94, 14, struct volume), &v, "BTRFS_IOC_SUBVOL_CREATE", a);
}

int snapshot(const struct canary *c, struct attempt *a) {
    struct volume2 v = { .fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .name = "no/name" };
    (void) c;
    return at_root(_IOW(0x94, 23, struct volume2), &v, "BTRFS_IOC_SNAP_CREATE_V2", a);
}

/* BTRFS_SUBVOL_QGROUP_INHERIT, with a list that is too short to be one. */
int bill_another(const struct canary *c, struct attempt *a) {
    struct volume2 v = { .flags = 4, .size = 8, .name = "no/name" };
    (void) c;
    return at_root(_IOW(0x94, 24, struct volume2), &v, "BTRFS_IOC_SUBVOL_CREATE_V2 with a qgroup", a);
}
