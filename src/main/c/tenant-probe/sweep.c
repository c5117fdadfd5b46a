/*
 * A sweep of what this process can read: the names and contents of files below /proc, /sys, /dev and the places that are
 * made anew at each start, for the tag of any canary, or for its owner's id. For a limited time, a limited part of each
 * file, and never of a device: to open some is to use them.
 */
#include "probe.h"
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

enum { MILLISECONDS = 1200, DEPTH = 12, MOST_BYTES = 65536 };

static const struct canary *canaries;
static int count;
static struct attempt *attempts;
static int *outcomes;
static struct timespec began;
static long files;
static int missing; /* canaries that were not found yet */

/* Read with an effect, without an end, or not text that could hold a name (proc(5)); descriptors may be anybody's. */
static const char *const skipped[] = {
    "mem", "pagemap", "kmsg", "kcore", "kpagecount", "kpageflags", "kpagecgroup", "fd", "fdinfo", "map_files", "root", "cwd", "exe", "task",
    "clear_refs", "trace_pipe", "debug", "tracing", "smaps", "numa_maps", "power", "kallsyms", "pts",
};

static int goes_on(void) {
    if (!missing) return 0;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000 < MILLISECONDS;
}

static void look_at(const char *bytes, size_t length, const char *where, const char *what) {
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

static void look_into(int directory, const char *name, const char *path) {
    static char bytes[MOST_BYTES];
    size_t length = 0;
    ssize_t n;
    int file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0) return;
    files++;
    while (length < sizeof bytes && (n = read(file, bytes + length, sizeof bytes - length)) > 0) length += (size_t) n;
    close(file);
    look_at(bytes, length, path, "the content");
}

static int is_skipped(const char *name) {
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
        if (!strcmp(name, skipped[i])) return 1;
    return 0;
}

static void walk(int parent, const char *name, const char *path, int depth) {
    char below[1024], target[1024];
    struct stat status;
    int opened = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = opened < 0 ? NULL : fdopendir(opened);
    if (!directory && opened >= 0) close(opened);
    for (struct dirent *entry; directory && goes_on() && (entry = readdir(directory));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || is_skipped(entry->d_name)) continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        look_at(entry->d_name, strlen(entry->d_name), below, "the name");
        if (fstatat(opened, entry->d_name, &status, AT_SYMLINK_NOFOLLOW)) continue;
        if (S_ISLNK(status.st_mode)) {
            ssize_t n = readlinkat(opened, entry->d_name, target, sizeof target);
            if (n > 0) look_at(target, (size_t) n, below, "the target");
        } else if (S_ISREG(status.st_mode)) {
            /* Of /sys only what is for everybody: drivers do things when their root reads the rest. */
            if (strncmp(path, "/sys", 4) || status.st_mode & 4) look_into(opened, entry->d_name, below);
        } else if (S_ISDIR(status.st_mode) && depth) walk(opened, entry->d_name, below, depth - 1);
    }
    if (directory) closedir(directory);
}

void sweep(const struct canary *all, int number, struct attempt *found, int *out) {
    static const char *const places[] = { "/proc/self/net", "/proc/self/.", "/dev", "/run", "/tmp", "/proc/sysvipc", "/proc", "/sys/fs", "/sys" };
    canaries = all;
    count = missing = number;
    attempts = found;
    outcomes = out;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (int i = 0; i < count; i++) out[i] = ENOENT;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) walk(AT_FDCWD, places[i], places[i], DEPTH);
    for (int i = 0; i < count; i++)
        note(&found[i], "%ld files were read, in directories below /proc, /sys, /dev, /run and /tmp%s", files, !missing || goes_on() ? "" : ", until the time for it was over");
}
