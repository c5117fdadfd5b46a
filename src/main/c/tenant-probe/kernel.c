/* Vectors at the machine: what a kernel lets only its own root do, with arguments that do nothing where it does. */
#include "probe.h"
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/klog.h>
#include <sys/swap.h>
#include <sys/wait.h>

/* To what it is called. */
int hostname(const struct canary *c, struct attempt *a) {
    char name[256] = "";
    (void) c;
    if (gethostname(name, sizeof name - 1)) return said(a, "gethostname", -1);
    return said(a, "sethostname", sethostname(name, strlen(name)));
}

/* Neither time nor zone: the permission is asked for, and nothing is set. */
int clock_set(const struct canary *c, struct attempt *a) {
    (void) c;
    return said(a, "settimeofday(NULL, NULL)", syscall(SYS_settimeofday, NULL, NULL));
}

int reboot_machine(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "reboot with wrong magic numbers", syscall(SYS_reboot, 1, 2, 3, NULL), EINVAL);
}

int load_module(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "init_module of nothing", syscall(SYS_init_module, "", 0UL, ""), ENOEXEC);
}

int load_kernel(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "kexec_load with an unheard-of flag", syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0x8000UL), EINVAL);
}

/* A map of one number, gone with this process. */
int load_bpf(const struct canary *c, struct attempt *a) {
    struct { unsigned type, key, value, entries, room[16]; } map = { 2 /* BPF_MAP_TYPE_ARRAY */, 4, 4, 1, { 0 } };
    (void) c;
    return said(a, "bpf(BPF_MAP_CREATE)", syscall(SYS_bpf, 0, &map, sizeof map));
}

/* PERF_COUNT_SW_CPU_CLOCK of every process on the first CPU. */
int count_events(const struct canary *c, struct attempt *a) {
    unsigned long long attributes[16] = { 1 | 128ULL << 32 };
    (void) c;
    return said(a, "perf_event_open", syscall(SYS_perf_event_open, attributes, -1, 0, -1, 0UL));
}

int fault_handler(const struct canary *c, struct attempt *a) {
    (void) c;
    return said(a, "userfaultfd", syscall(SYS_userfaultfd, 0));
}

int io_ring(const struct canary *c, struct attempt *a) {
    unsigned parameters[64] = { 0 };
    (void) c;
    return said(a, "io_uring_setup", syscall(SYS_io_uring_setup, 1, parameters));
}

/* Opened for writing, and closed. */
static int writable(const char *path, struct attempt *a) {
    int file = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    int error = said(a, path, file);
    if (file >= 0) close(file);
    return error;
}

int core_pattern(const struct canary *c, struct attempt *a) {
    (void) c;
    return writable("/proc/sys/kernel/core_pattern", a);
}

int magic_keys(const struct canary *c, struct attempt *a) {
    (void) c;
    return writable("/proc/sysrq-trigger", a);
}

int kernel_log(const struct canary *c, struct attempt *a) {
    (void) c;
    return said(a, "syslog(SYSLOG_ACTION_SIZE_BUFFER)", klogctl(10, NULL, 0));
}

int swap_on(const struct canary *c, struct attempt *a) {
    (void) c;
    return said_of_nonsense(a, "swapon of nowhere", swapon("/.nowhere", 0), ENOENT);
}

/* An id that no tenant has for its own: of the machine's, or of a neighbour's range. */
int unmapped_user(const struct canary *c, struct attempt *a) {
    static const uid_t beyond = 0x7000ffff;
    (void) c;
    return said(a, "setresuid to an id outside the tenant's", setresuid(beyond, beyond, beyond));
}

int user_namespace(const struct canary *c, struct attempt *a) {
    (void) c;
    int error = said(a, "unshare(CLONE_NEWUSER)", unshare(CLONE_NEWUSER));
    if (!error) return 0;
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (!pid) _exit(0);
    said(a, "clone(CLONE_NEWUSER)", pid);
    return pid < 0 ? error : 0;
}

int regain_capability(const struct canary *c, struct attempt *a) {
    struct { unsigned version; int pid; } header = { 0x20080522, 0 };
    struct { unsigned effective, permitted, inheritable; } data[2] = { { 0, 0, 0 } };
    (void) c;
    if (syscall(SYS_capget, &header, data)) return said(a, "capget", -1);
    data[0].permitted |= 1u << 21;
    data[0].effective |= 1u << 21;
    return said(a, "capset with CAP_SYS_ADMIN", syscall(SYS_capset, &header, data));
}

/* Each file of these names in the tree that may be opened for writing is a limit that could be changed. */
static int limits_below(const char *directory, int depth, int *seen, struct attempt *a) {
    static const char *const names[] = { "pids.max", "memory.max", "memory.limit_in_bytes", "cpu.max", "cpu.cfs_quota_us", "io.max", "blkio.throttle.write_bps_device" };
    char path[4096];
    int error = ENOENT;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        if (access(path, F_OK)) continue;
        int file = open(path, O_WRONLY | O_CLOEXEC);
        ++*seen;
        error = file < 0 ? errno : 0;
        if (error) continue;
        close(file);
        note(a, "%s can be written", path);
        return 0;
    }
    DIR *here = depth ? opendir(directory) : NULL;
    for (struct dirent *entry; here && *seen < 1000 && (entry = readdir(here));) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        int below = limits_below(path, depth - 1, seen, a);
        if (below != ENOENT) error = below;
        if (!error) break;
    }
    if (here) closedir(here);
    return error;
}

int own_limits(const struct canary *c, struct attempt *a) {
    int seen = 0, error = limits_below("/sys/fs/cgroup", 4, &seen, a);
    (void) c;
    if (error) note(a, "limits seen below /sys/fs/cgroup: %d, none of them to be written", seen);
    return error;
}

/* CVE-2022-0492: a program that the kernel starts, as the machine's root, when a cgroup of version 1 becomes empty. */
int release_agent(const struct canary *c, struct attempt *a) {
    char path[512];
    DIR *controllers = opendir("/sys/fs/cgroup");
    int error = ENOENT, seen = 0;
    (void) c;
    for (struct dirent *entry; error && controllers && (entry = readdir(controllers));) {
        snprintf(path, sizeof path, "/sys/fs/cgroup/%s/release_agent", entry->d_name);
        if (!access(path, F_OK) && ++seen) error = writable(path, a);
    }
    if (error) note(a, "files release_agent seen: %d", seen);
    return error;
}

/* What starts every command: opened for reading, and closed. */
int first_process(const struct canary *c, struct attempt *a) {
    static const char *const files[] = { "/proc/1/mem", "/proc/1/environ", "/proc/1/maps" };
    int error = 0;
    (void) c;
    for (int i = 0; i < 3; i++) {
        int file = open(files[i], O_RDONLY | O_CLOEXEC);
        error = said(a, files[i], file);
        if (!error) return 0;
    }
    return error;
}
