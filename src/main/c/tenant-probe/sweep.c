/*
 * A sweep of what this process can read: the names and contents of files below /proc, /sys, /dev and the places that are
 * made anew at each start, for the tag of any canary, or for its owner's id. For a limited time, a limited part of each
 * file, and never of a device: to open some is to use them.
 */
#include "probe.h"
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

enum { MILLISECONDS = 1200, DEPTH = 12, MOST_BYTES = 65536, AT_ONCE = 4095 /* of /proc/sys, the kernel takes memory for what is asked */ };

static const struct canary *canaries;
static int count;
static struct attempt *attempts;
static int *outcomes;
static struct timespec began;
static long files;
static int missing; /* canaries that were not found yet */

/*
 * Read with an effect, without an end, or not text that could hold a name (proc(5)); descriptors may be anybody's. Some are
 * dear as well: the registers of an emulated PCI device ("config", /proc/bus/pci) take milliseconds each, es_shrinker_info
 * walks every inode of the machine's file system under a lock, and each table of addresses or of netlink's sockets all that
 * the machine has, to show what is the reader's.
 */
static const char *const skipped[] = {
    "mem", "pagemap", "kmsg", "kcore", "kpagecount", "kpageflags", "kpagecgroup", "fd", "fdinfo", "map_files", "root", "cwd", "exe", "task",
    "clear_refs", "trace_pipe", "debug", "tracing", "smaps", "numa_maps", "power", "kallsyms", "pts", "config", "pci",
    "es_shrinker_info", "tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "nf_conntrack", "smaps_rollup",
    "netlink", "arp",
};

static int goes_on(void) {
    if (!missing) return 0;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000 < MILLISECONDS;
}

/* A tag is 32 hexadecimal digits in a row, an id begins with eight and a dash: most of what is read has neither. */
static int could_hold_one(const char *bytes, size_t length) {
    size_t run = 0;
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
            if (++run == 32) return 1;
        } else if (c == '-' && run >= 8) return 1;
        else run = 0;
    }
    return 0;
}

static void look_at(const char *bytes, size_t length, const char *where, const char *what) {
    if (!could_hold_one(bytes, length)) return;
    for (int i = 0; i < count; i++) {
        if (!outcomes[i]) continue;
        for (int n = 0; n < 2; n++) {
            const char *needle = of(&canaries[i], n ? "id" : "tag");
            if (!needle || !memmem(bytes, length, needle, strlen(needle))) continue;
            note(&attempts[i], "%s of %s holds %s", what, where, n ? "the tenant's id" : "the canary's tag");
            outcomes[i] = 0;
            missing--;
            break;
        }
    }
}

/* @param at_once a read that gave less than a page gave all: as of an attribute of sysfs, or a setting */
static void look_into(int directory, const char *name, const char *path, int at_once) {
    static char bytes[MOST_BYTES];
    size_t length = 0;
    ssize_t n;
    int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0) return;
    files++;
    while (length < sizeof bytes - AT_ONCE && (n = read(file, bytes + length, AT_ONCE)) > 0) {
        length += (size_t) n;
        if (at_once && n < AT_ONCE) break;
    }
    close(file);
    look_at(bytes, length, path, "the content");
}

static int is_skipped(const char *path, const char *name) {
    /* Hardware has no tenant's name; what the kernel made up may. */
    if (!strcmp(path, "/sys/devices")) return strcmp(name, "virtual");
    /* Numbers alone, of each link anew: a third of all files that there are. */
    if (!strcmp(path, "/proc/sys/net/ipv4") || !strcmp(path, "/proc/sys/net/ipv6")) return !strcmp(name, "conf") || !strcmp(name, "neigh");
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
        if (!strcmp(name, skipped[i])) return 1;
    return 0;
}

/* Another process's view of the network that this one has: the same tables, and not small (network_namespaces(7)). */
static int is_same_network(int process) {
    struct stat own, its;
    return !stat("/proc/self/net/dev", &own) && !fstatat(process, "net/dev", &its, 0) && own.st_ino == its.st_ino;
}

/* Likewise what is mounted, which /proc/self has shown: of a namespace all there is, whatever the process's root. */
static int are_same_mounts(int process, const char *path, const char *name) {
    char own[64], its[64];
    if (strncmp(name, "mount", 5) || strncmp(path, "/proc/", 6) || path[6] < '0' || path[6] > '9') return 0;
    ssize_t n = readlink("/proc/self/ns/mnt", own, sizeof own);
    return n > 0 && readlinkat(process, "ns/mnt", its, sizeof its) == n && !memcmp(own, its, (size_t) n);
}

static int type_of(int directory, const struct dirent *entry) {
    struct stat status;
    if (entry->d_type != DT_UNKNOWN) return entry->d_type;
    return fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) ? DT_UNKNOWN : IFTODT(status.st_mode);
}

/* Of /sys only what is for everybody: drivers do things when their root reads the rest. */
static int may_be_read(int directory, const char *name, int in_sys) {
    struct stat status;
    return !in_sys || (!fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) && status.st_mode & 4);
}

/* By getdents64(2) into what is there: a readdir(3) takes memory for each of hundreds of directories. */
static void walk(int parent, const char *name, const char *path, int depth) {
    static char entries[DEPTH + 1][4096];
    char below[1024], target[1024];
    int opened = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), in_sys = !strncmp(path, "/sys", 4), n = 0;
    if (opened < 0) return;
    for (int at = 0; goes_on(); ) {
        if (at >= n && (at = 0, n = getdents(opened, (struct dirent *) entries[depth], sizeof entries[depth])) <= 0) break;
        struct dirent *entry = (struct dirent *) (entries[depth] + at);
        at += entry->d_reclen;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || is_skipped(path, entry->d_name)) continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        look_at(entry->d_name, strlen(entry->d_name), below, "the name");
        int type = type_of(opened, entry);
        if (type == DT_LNK) {
            ssize_t length = readlinkat(opened, entry->d_name, target, sizeof target);
            if (length > 0) look_at(target, (size_t) length, below, "the target");
        } else if (type == DT_REG && may_be_read(opened, entry->d_name, in_sys) && !are_same_mounts(opened, path, entry->d_name)) look_into(opened, entry->d_name, below, in_sys || !strncmp(path, "/proc/sys/", 10));
        else if (type == DT_DIR && depth && (strcmp(entry->d_name, "net") || !is_same_network(opened))) walk(opened, entry->d_name, below, depth - 1);
    }
    close(opened);
}

void sweep(const struct canary *all, int number, struct attempt *found, int *out) {
    static const char *const places[] = { "/dev/shm", "/proc/self/net", "/proc/self/.", "/dev", "/run", "/tmp", "/proc/sysvipc", "/proc", "/sys/fs", "/sys" };
    canaries = all;
    count = missing = number;
    attempts = found;
    outcomes = out;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (int i = 0; i < count; i++) out[i] = ENOENT;
    /* An owner finds its own in the first, and need not look further; an attacker comes to it in its turn. */
    for (size_t i = owner ? 0 : 1; i < sizeof places / sizeof *places; i++) walk(AT_FDCWD, places[i], places[i], DEPTH);
    for (int i = 0; i < count; i++)
        note(&found[i], "%ld files were read, in directories below /proc, /sys, /dev, /run and /tmp%s", files, !missing || goes_on() ? "" : ", until the time for it was over");
}
