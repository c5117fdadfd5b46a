/*
 * tenant-probe: tries to reach canaries, and says what the kernel answered.
 *
 *   tenant-probe attack              as an attacker: a canary that can be signalled is killed
 *   tenant-probe owner               as the canary's owner: the same access, but signal 0
 *   tenant-probe attack chroot DIR   the attack from a chroot alone, the sandbox that is known to be broken
 *
 * Standard input holds a line a canary, fields parted by tabs: NAME PID MARKER PATH HOSTPATH. PID is the canary's as the
 * host counts, MARKER a text that its command line alone holds, PATH its secret file as its owner names it, HOSTPATH the
 * same file as the host names it. Standard output gets a line of JSON an attempt; "read" holds the bytes in hexadecimal,
 * and whoever planted the secret judges them. The probe harms nothing but canaries: before a signal is sent, the
 * process's command line must hold the marker.
 *
 * In a tenant it runs from a sealed descriptor, so that no file of the tenant's has a say (proof.md).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

struct canary { char *name, *marker, *path, *host_path; int pid; };
struct attempt { char detail[1024]; char data[129]; };

static int owner; /* the canary's own tenant asks */

static void note(struct attempt *a, const char *format, const char *text, long number) {
    size_t used = strlen(a->detail);
    snprintf(a->detail + used, sizeof a->detail - used, format, text, number);
}

static const char *name_of(int error) {
    static char other[16];
    switch (error) {
        case EPERM: return "EPERM";
        case ENOENT: return "ENOENT";
        case ESRCH: return "ESRCH";
        case EACCES: return "EACCES";
        case EINVAL: return "EINVAL";
        case ELOOP: return "ELOOP";
        case ENOSYS: return "ENOSYS";
        case ENOTDIR: return "ENOTDIR";
        default: snprintf(other, sizeof other, "errno %d", error); return other;
    }
}

/* Whether the process's command line holds the marker. */
static int is_canary(int pid, const char *marker) {
    char path[64], line[4096];
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t n = read(file, line, sizeof line);
    close(file);
    return n > 0 && memmem(line, (size_t) n, marker, strlen(marker)) != NULL;
}

/* ---- vectors: 0 when the canary was reached, else what the kernel answered -------------------------------------- */

/* The pid under which this process sees the canary, 0 if it does not. */
static int find(const struct canary *c, struct attempt *a) {
    DIR *proc = opendir("/proc");
    int found = 0;
    long seen = 0;
    for (struct dirent *entry; proc && !found && (entry = readdir(proc));) {
        int pid = atoi(entry->d_name);
        if (pid <= 0) continue;
        seen++;
        if (is_canary(pid, c->marker)) found = pid;
    }
    if (proc) closedir(proc);
    note(a, "%slooked at %ld processes in /proc", "", seen);
    return found;
}

static int see(const struct canary *c, struct attempt *a) {
    int pid = find(c, a);
    if (pid) note(a, "%s, the canary among them as pid %ld", "", pid);
    return pid ? 0 : ESRCH;
}

static int send_signal(const struct canary *c, struct attempt *a) {
    int pid = find(c, a);
    int number = owner ? 0 : SIGKILL;
    if (pid) {
        note(a, "%s; kill(%ld", "", pid);
        note(a, "%s, %ld)", "", number);
        return kill(pid, number) ? errno : 0;
    }
    note(a, "%s; kill(%ld, 0), its pid on the host", "", c->pid);
    if (kill(c->pid, 0)) return errno;
    note(a, "%s: here that number is a process of the attacker's own", "", 0);
    return ESRCH;
}

static int read_at(const char *path, struct attempt *a) {
    char bytes[64];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    int error = n < 0 ? errno : n ? 0 : ENOENT;
    if (file >= 0) close(file);
    for (ssize_t i = 0; i < n; i++) snprintf(a->data + 2 * i, 3, "%02x", (unsigned char) bytes[i]);
    note(a, *a->detail ? "; %s" : "%s", path, 0);
    note(a, ": %s", error ? name_of(error) : "read", 0);
    return error;
}

static int read_secret(const struct canary *c, struct attempt *a) {
    char path[4200];
    struct attempt ignored = { 0 };
    int pid = find(c, &ignored), error = read_at(c->path, a);
    for (int i = 0; error && i < 2; i++) {
        int through = i ? c->pid : pid;
        if (!through || (i && through == pid)) continue;
        snprintf(path, sizeof path, "/proc/%d/root%s", through, c->path);
        error = read_at(path, a);
    }
    return error ? read_at(c->host_path, a) : 0;
}

static const struct { const char *name; int (*try)(const struct canary *, struct attempt *); } vectors[] = {
    { "see", see },
    { "read", read_secret },
    { "signal", send_signal }, /* last: it may end the canary */
};

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static void print_text(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        if ((unsigned char) *text < ' ') printf("\\u%04x", *text);
        else putchar(*text);
    }
    putchar('"');
}

static void attempt(const struct canary *c) {
    for (size_t v = 0; v < sizeof vectors / sizeof *vectors; v++) {
        struct attempt a = { 0 };
        struct timespec began, ended;
        clock_gettime(CLOCK_MONOTONIC, &began);
        int error = vectors[v].try(c, &a);
        clock_gettime(CLOCK_MONOTONIC, &ended);
        long micros = (ended.tv_sec - began.tv_sec) * 1000000 + (ended.tv_nsec - began.tv_nsec) / 1000;
        printf("{\"victim\":");
        print_text(c->name);
        printf(",\"vector\":\"%s\",\"outcome\":\"%s\",\"micros\":%ld,\"read\":\"%s\",\"detail\":", vectors[v].name,
            error ? name_of(error) : "succeeded", micros, a.data);
        print_text(a.detail);
        puts("}");
    }
}

/* A chroot alone: the host's processes, users, network and devices, and another root directory. */
static void break_out_of_nothing(const char *directory) {
    char proc[4200];
    snprintf(proc, sizeof proc, "%s/proc", directory);
    /* A mount namespace only so that /proc in the chroot is gone with this process. */
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount("proc", proc, "proc", 0, NULL)
        || chroot(directory) || chdir("/")) {
        perror("tenant-probe: chroot");
        exit(1);
    }
}

int main(int argc, char **argv) {
    static char line[16384];
    alarm(60);
    if (argc < 2) return 2;
    owner = !strcmp(argv[1], "owner");
    if (argc == 4 && !strcmp(argv[2], "chroot")) break_out_of_nothing(argv[3]);
    while (fgets(line, sizeof line, stdin)) {
        char *field[5], *rest = line;
        int fields = 0;
        line[strcspn(line, "\n")] = 0;
        while (fields < 5 && (field[fields] = strsep(&rest, "\t"))) fields++;
        if (fields < 5) continue;
        struct canary c = { .name = field[0], .pid = atoi(field[1]), .marker = field[2], .path = field[3], .host_path = field[4] };
        attempt(&c);
    }
    return fflush(stdout) ? 1 : 0;
}
