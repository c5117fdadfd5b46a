/* Vectors at the canary's process. */
#include "probe.h"
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>

/*
 * The number to try: under which the canary is seen here; else its number on the host, unless a process of the attacker's
 * own has it here, which is left alone (0).
 */
static int target(const struct canary *c, struct attempt *a) {
    char path[64];
    if (c->seen) {
        note(a, "seen as pid %d", c->seen);
        return c->seen;
    }
    snprintf(path, sizeof path, "/proc/%d", c->pid);
    if (!access(path, F_OK)) {
        note(a, "%d, its pid on the host, is a process of the attacker's own here", c->pid);
        return 0;
    }
    note(a, "not seen; pid %d on the host", c->pid);
    return c->pid;
}

int see(const struct canary *c, struct attempt *a) {
    if (c->seen) note(a, "seen in /proc as pid %d", c->seen);
    else note(a, "no process in /proc is it");
    return c->seen ? 0 : ESRCH;
}

int send_signal(const struct canary *c, struct attempt *a) {
    int pid = target(c, a);
    if (!pid) return ESRCH;
    return owner || !c->seen ? said(a, "kill(pid, 0)", kill(pid, 0)) : said(a, "kill(pid, SIGKILL)", kill(pid, SIGKILL));
}

int pidfd(const struct canary *c, struct attempt *a) {
    int pid = target(c, a);
    if (!pid) return ESRCH;
    long fd = syscall(SYS_pidfd_open, pid, 0);
    int error = said(a, "pidfd_open", fd);
    return error ? error : said(a, "pidfd_send_signal(0)", syscall(SYS_pidfd_send_signal, (int) fd, 0, NULL, 0));
}

/* SEIZE does not stop it, and ends with this process. */
int ptrace_attach(const struct canary *c, struct attempt *a) {
    int pid = target(c, a);
    return pid ? said(a, "ptrace(PTRACE_SEIZE)", ptrace(PTRACE_SEIZE, pid, NULL, NULL)) : ESRCH;
}

static int read_of(const struct canary *c, struct attempt *a, const char *what, const char *rest) {
    char path[4200];
    int pid = target(c, a);
    if (!pid) return ENOENT;
    snprintf(path, sizeof path, "/proc/%d/%s%s", pid, what, rest);
    return read_at(path, a);
}

int process_environment(const struct canary *c, struct attempt *a) {
    char path[64], bytes[256];
    int pid = target(c, a);
    if (!pid) return ENOENT;
    snprintf(path, sizeof path, "/proc/%d/environ", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = file < 0 ? -1 : read(file, bytes, sizeof bytes - 1);
    int error = said(a, path, n);
    if (error) return error;
    bytes[n] = 0;
    const char *found = memmem(bytes, (size_t) n, "CANARY=", 7);
    return found ? got(a, found + 7, (long) strlen(found + 7)) : ENODATA;
}

int process_root(const struct canary *c, struct attempt *a) {
    const char *file = of(c, "file");
    return read_of(c, a, "root", file ? file : "/");
}

int process_descriptor(const struct canary *c, struct attempt *a) { return read_of(c, a, "fd/", of(c, "descriptor")); }

int process_memory(const struct canary *c, struct attempt *a) {
    char path[64], bytes[SECRET];
    int pid = target(c, a);
    if (!pid) return ENOENT;
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = file < 0 ? -1 : pread(file, bytes, sizeof bytes, number_of(c, "memory"));
    int error = said(a, path, n);
    return error ? error : got(a, bytes, n);
}

int process_vm(const struct canary *c, struct attempt *a) {
    char bytes[SECRET];
    int pid = target(c, a);
    struct iovec here = { bytes, sizeof bytes }, there = { (void *) number_of(c, "memory"), sizeof bytes };
    if (!pid) return ESRCH;
    ssize_t n = process_vm_readv(pid, &here, 1, &there, 1, 0);
    int error = said(a, "process_vm_readv", n);
    return error ? error : got(a, bytes, n);
}

/* To what it is, so that nothing changes. */
int priority(const struct canary *c, struct attempt *a) {
    int pid = target(c, a);
    if (!pid) return ESRCH;
    errno = 0;
    int now = getpriority(PRIO_PROCESS, (id_t) pid);
    return errno ? said(a, "getpriority", -1) : said(a, "setpriority", setpriority(PRIO_PROCESS, (id_t) pid, now));
}

int affinity(const struct canary *c, struct attempt *a) {
    unsigned char now[128]; /* by the bare call, which tells how many bytes the kernel's mask has */
    int pid = target(c, a);
    if (!pid) return ESRCH;
    long length = syscall(SYS_sched_getaffinity, pid, sizeof now, now);
    int error = said(a, "sched_getaffinity", length);
    return error ? error : said(a, "sched_setaffinity", syscall(SYS_sched_setaffinity, pid, length, now));
}

/* Then its own, which it is in already: where even that is refused, so is every other. */
int join_namespace(const struct canary *c, struct attempt *a) {
    char path[64];
    int pid = target(c, a), error = ESRCH;
    long process = pid ? syscall(SYS_pidfd_open, pid, 0) : -1;
    if (pid) error = said(a, "pidfd_open", process);
    if (process >= 0 && !(error = said(a, "setns of it", setns((int) process, CLONE_NEWUTS)))) return 0;
    for (int i = pid ? 0 : 1; i < 2; i++) {
        snprintf(path, sizeof path, i ? "/proc/self/ns/uts" : "/proc/%d/ns/uts", pid);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        error = said(a, path, file);
        if (!error && !(error = said(a, "setns", setns(file, 0)))) return 0;
    }
    return error;
}
