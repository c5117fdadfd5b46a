/*
 * tenant-probe: tries to reach canaries, and says what the kernel answered; or is such a canary.
 *
 *   tenant-probe [WHERE] attack [VECTOR]   as an attacker, by every vector or by one
 *   tenant-probe [WHERE] owner             as the canary's owner: the same access, but signal 0
 *   tenant-probe [WHERE] canary            plants one (canary.c)
 *   tenant-probe exhaust ADDRESS WAY...    uses up what its tenant may have (exhaust.c)
 *   tenant-probe pulse MILLIS EVERY        tells how long what a service does takes (pulse.c)
 *   tenant-probe nothing                   ends at once: a command to start
 *
 * WHERE is the sandbox, known to be broken, that it puts itself into before: "chroot DIR", a chroot alone; "link-local",
 * a network in which the metadata address answers; "open-init", a pid namespace whose pid 1 is open to its root. Without
 * it the probe is confined by what it was started in.
 *
 * An attack reads a line a canary, fields of the form KEY=VALUE parted by tabs: name, pid (as the host counts), tag (which
 * its command line alone holds), what was planted where, and "machine" for the one on which the vectors against the
 * machine itself are tried. It prints a line of JSON an attempt; "read" holds bytes in hexadecimal, and whoever planted
 * the secret judges them. It harms nothing but canaries: the tag is looked for before a signal is sent, and where a call
 * could do something to the machine its arguments are such that the kernel looks at the permission and then refuses them.
 *
 * A vector is a function and a line of the table below; the agent's catalogue says in words what it is. Each attempt runs
 * in a process of its own, for a limited time, several at once.
 *
 * In a tenant the probe runs from a sealed descriptor, so that no file of the tenant's has a say (proof.md).
 */
#include "probe.h"
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

enum { AT_ONCE = 16, SECONDS = 4, MOST_CANARIES = 4096, UNREPORTED = -1, TIMEOUT = -2, ABSENT = -3 };

/* By name: what tries it, and what must have been planted for it; without that, it is tried on the machine alone. */
static const struct { const char *name; vector *try; const char *needs; } vectors[] = {
    { "sweep", NULL, "tag" }, /* looks for all canaries at once; first, since it takes longest */
    { "tcp4", tcp4, "tcp4" },
    { "tcp6", tcp6, "tcp6" },
    { "udp4", udp4, "udp4" },
    { "udp6", udp6, "udp6" },
    { "ping", ping, "address4" },
    { "metadata", metadata, NULL },
    { "see", see, "process" },
    { "pidfd", pidfd, "process" },
    { "ptrace", ptrace_attach, "process" },
    { "environ", process_environment, "process" },
    { "proc-root", process_root, "process" },
    { "proc-mem", process_memory, "memory" },
    { "proc-fd", process_descriptor, "descriptor" },
    { "process-vm", process_vm, "memory" },
    { "priority", priority, "process" },
    { "affinity", affinity, "process" },
    { "read", read_secret, "file" },
    { "open-directory", open_directory, "open" },
    { "chroot-escape", chroot_escape, "file" },
    { "file-handle", open_by_handle, NULL },
    { "mknod", make_node, NULL },
    { "block-device", block_device, NULL },
    { "mount", mount_anything, NULL },
    { "umount", unmount, NULL },
    { "remount", remount, NULL },
    { "pivot-root", pivot, NULL },
    { "fsopen", new_mount, NULL },
    { "open-tree", clone_mount, NULL },
    { "btrfs-subvolume", subvolume, NULL },
    { "btrfs-snapshot", snapshot, NULL },
    { "btrfs-qgroup", bill_another, NULL },
    { "sysv-shm", shared_memory, "shm" },
    { "sysv-sem", semaphores, "sem" },
    { "sysv-msg", messages, "msg" },
    { "posix-shm", posix_memory, "posix-shm" },
    { "posix-mq", posix_messages, "posix-mq" },
    { "abstract-socket", abstract_socket, "abstract" },
    { "named-socket", named_socket, "named" },
    { "keyring", keyring, "key" },
    { "raw-socket", raw_socket, NULL },
    { "packet-socket", packet_socket, NULL },
    { "packet-filter", packet_filter, NULL },
    { "hostname", hostname, NULL },
    { "clock", clock_set, NULL },
    { "reboot", reboot_machine, NULL },
    { "module", load_module, NULL },
    { "kexec", load_kernel, NULL },
    { "bpf", load_bpf, NULL },
    { "perf", count_events, NULL },
    { "userfaultfd", fault_handler, NULL },
    { "io-uring", io_ring, NULL },
    { "core-pattern", core_pattern, NULL },
    { "sysrq", magic_keys, NULL },
    { "kernel-log", kernel_log, NULL },
    { "swap", swap_on, NULL },
    { "unmapped-user", unmapped_user, NULL },
    { "user-namespace", user_namespace, NULL },
    { "capability", regain_capability, NULL },
    { "own-limits", own_limits, NULL },
    { "release-agent", release_agent, NULL },
    { "pid-1", first_process, NULL },
    { "signal", send_signal, "process" }, /* last: it may end the canary */
};
enum { VECTORS = sizeof vectors / sizeof *vectors };

int owner;

/* ---- what vectors share ------------------------------------------------------------------------------------------ */

static const char *value(const struct canary *c, const char *key, char mark) {
    size_t length = strlen(key);
    for (int i = 0; i < c->pairs; i++) {
        const char *at = c->pair[i];
        if (mark && *at++ != mark) continue;
        if (!strncmp(at, key, length) && at[length] == '=') return at + length + 1;
    }
    return NULL;
}

const char *of(const struct canary *c, const char *key) { return value(c, key, 0); }

long number_of(const struct canary *c, const char *key) {
    const char *text = of(c, key);
    return text ? strtol(text, NULL, 0) : 0;
}

void note(struct attempt *a, const char *format, ...) {
    size_t used = strlen(a->detail);
    va_list values;
    if (used && used < sizeof a->detail - 3) used += (size_t) snprintf(a->detail + used, 3, "; ");
    va_start(values, format);
    vsnprintf(a->detail + used, sizeof a->detail - used, format, values);
    va_end(values);
}

#define NAMED(e) { e, #e }
const char *name_of(int error) {
    static const struct { int number; const char *name; } known[] = {
        NAMED(EPERM), NAMED(ENOENT), NAMED(ESRCH), NAMED(EINTR), NAMED(EIO), NAMED(ENXIO), NAMED(EBADF), NAMED(EAGAIN), NAMED(ENOMEM),
        NAMED(EACCES), NAMED(EFAULT), NAMED(EBUSY), NAMED(EEXIST), NAMED(EXDEV), NAMED(ENODEV), NAMED(ENOTDIR), NAMED(EISDIR),
        NAMED(EINVAL), NAMED(EMFILE), NAMED(ENFILE), NAMED(ENOTTY), NAMED(ENOSPC), NAMED(EROFS), NAMED(ENAMETOOLONG), NAMED(ENOSYS),
        NAMED(ELOOP), NAMED(ENOMSG), NAMED(EIDRM), NAMED(ENODATA), NAMED(EPROTO), NAMED(EMSGSIZE), NAMED(EOPNOTSUPP), NAMED(ENOEXEC),
        NAMED(EPROTONOSUPPORT), NAMED(EAFNOSUPPORT), NAMED(EADDRINUSE), NAMED(EADDRNOTAVAIL), NAMED(ENETUNREACH), NAMED(ECONNRESET),
        NAMED(ETIMEDOUT), NAMED(ECONNREFUSED), NAMED(EHOSTUNREACH), NAMED(ESTALE), NAMED(EUSERS), NAMED(EDQUOT), NAMED(ENOKEY),
        NAMED(EPROTOTYPE), NAMED(EUNATCH), NAMED(EOVERFLOW), NAMED(EKEYREVOKED),
    };
    static char other[16];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == error) return known[i].name;
    snprintf(other, sizeof other, "E%d", error);
    return other;
}

int said(struct attempt *a, const char *call, long result) {
    int error = result < 0 ? errno : 0;
    note(a, "%s: %s", call, error ? name_of(error) : "yes");
    return error;
}

int said_of_nonsense(struct attempt *a, const char *call, long result, int nonsense) {
    int error = said(a, call, result);
    if (error != nonsense) return error;
    note(a, "so it was allowed, and only its arguments were not");
    return 0;
}

int got(struct attempt *a, const void *bytes, long length) {
    const unsigned char *at = bytes;
    if (length <= 0) return ENODATA;
    if (length > SECRET) length = SECRET;
    for (long i = 0; i < length; i++) snprintf(a->data + 2 * i, 3, "%02x", at[i]);
    return 0;
}

int read_at(const char *path, struct attempt *a) {
    char bytes[SECRET];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    int error = said(a, path, n);
    if (file >= 0) close(file);
    return error ? error : got(a, bytes, n);
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

struct result { int outcome; long micros; struct attempt attempt; };

static struct canary canaries[MOST_CANARIES];
static int canary_count;

/* Whether the process's command line holds the tag. */
static int has_tag(int pid, const char *tag) {
    char path[64], line[4096];
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t n = read(file, line, sizeof line);
    close(file);
    return n > 0 && memmem(line, (size_t) n, tag, strlen(tag)) != NULL;
}

static void look_for_all(void) {
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        int pid = atoi(entry->d_name);
        if (pid <= 0) continue;
        for (int i = 0; i < canary_count; i++)
            if (!canaries[i].seen && has_tag(pid, of(&canaries[i], "tag"))) canaries[i].seen = pid;
    }
    if (proc) closedir(proc);
}

static long micros_since(const struct timespec *began) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - began->tv_sec) * 1000000 + (now.tv_nsec - began->tv_nsec) / 1000;
}

static void try_sweep(struct result *results) {
    static struct attempt attempts[MOST_CANARIES];
    static int outcomes[MOST_CANARIES];
    struct timespec began;
    clock_gettime(CLOCK_MONOTONIC, &began);
    sweep(canaries, canary_count, attempts, outcomes);
    for (int i = 0; i < canary_count; i++) {
        struct result *r = &results[i * VECTORS];
        r->attempt = attempts[i];
        r->micros = micros_since(&began);
        r->outcome = outcomes[i];
    }
}

/* In a child: an outcome is written last, so that one that ends half way has reported nothing. */
static void try(int which, struct canary *c, struct result *results) {
    struct result *r = &results[(c - canaries) * VECTORS + which];
    struct timespec began;
    if (!vectors[which].try) return try_sweep(results);
    clock_gettime(CLOCK_MONOTONIC, &began);
    int outcome = vectors[which].try(c, &r->attempt);
    r->micros = micros_since(&began);
    r->outcome = outcome;
}

/* Attempts that run: at most AT_ONCE, each with its end. */
static struct running { pid_t pid; struct result *result; time_t end; } running[AT_ONCE];
static int busy;

static void wait_for(int most) {
    static const struct timespec moment = { 0, 20000000 };
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    for (;;) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        for (int i = 0; i < busy;) {
            struct running *r = &running[i];
            if (waitpid(r->pid, NULL, WNOHANG) != 0) { *r = running[--busy]; continue; }
            if (now.tv_sec >= r->end) {
                kill(r->pid, SIGKILL);
                waitpid(r->pid, NULL, 0);
                if (r->result->outcome == UNREPORTED) r->result->outcome = TIMEOUT;
                *r = running[--busy];
                continue;
            }
            i++;
        }
        if (busy <= most) return;
        sigtimedwait(&children, NULL, &moment);
    }
}

static void start(int which, struct canary *c, struct result *results) {
    struct result *r = &results[(c - canaries) * VECTORS + which];
    struct timespec now;
    r->outcome = UNREPORTED;
    wait_for(which == VECTORS - 1 ? 0 : AT_ONCE - 1);
    clock_gettime(CLOCK_MONOTONIC, &now);
    pid_t pid = fork();
    if (!pid) {
        alarm(2 * SECONDS);
        try(which, c, results);
        _exit(0);
    }
    if (pid < 0) note(&r->attempt, "fork: %s", name_of(errno));
    else running[busy++] = (struct running) { pid, r, now.tv_sec + SECONDS };
}

static void print_text(const char *text) {
    putchar('"');
    for (; *text; text++) {
        unsigned char c = (unsigned char) *text;
        if (c == '"' || c == '\\') putchar('\\');
        if (c < ' ' || c > '~') putchar('?');
        else putchar(c);
    }
    putchar('"');
}

static void print(const struct canary *c, const char *name, const struct result *r) {
    const char *outcome = r->outcome > 0 ? name_of(r->outcome) : r->outcome == 0 ? "succeeded"
        : r->outcome == TIMEOUT ? "timeout" : r->outcome == ABSENT ? "absent" : "unreported";
    printf("{\"victim\":");
    print_text(of(c, "name"));
    printf(",\"vector\":\"%s\",\"outcome\":\"%s\",\"micros\":%ld,\"read\":\"%s\",\"detail\":", name, outcome, r->micros, r->attempt.data);
    print_text(r->attempt.detail);
    puts("}");
}

static int wanted(int which, const struct canary *c, const char *only) {
    if (only && strcmp(only, vectors[which].name)) return 0;
    return vectors[which].needs || (!owner && of(c, "machine"));
}

static int attack(const char *only) {
    struct result *results = mmap(NULL, sizeof *results * VECTORS * (size_t) (canary_count + 1), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sigset_t children;
    if (results == MAP_FAILED) return 1;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    look_for_all();
    for (int v = 0; v < VECTORS; v++)
        for (int i = 0; i < canary_count; i++) {
            struct canary *c = &canaries[i];
            struct result *r = &results[i * VECTORS + v];
            const char *why;
            r->outcome = ABSENT;
            if (!wanted(v, c, only)) continue;
            if (!vectors[v].needs || of(c, vectors[v].needs)) {
                if (vectors[v].try || i == 0) start(v, c, results);
                else r->outcome = UNREPORTED; /* by the first's */
            } else if ((why = value(c, vectors[v].needs, '!'))) note(&r->attempt, "%s", why);
        }
    wait_for(0);
    for (int i = 0; i < canary_count; i++)
        for (int v = 0; v < VECTORS; v++)
            if (wanted(v, &canaries[i], only)) print(&canaries[i], vectors[v].name, &results[i * VECTORS + v]);
    return fflush(stdout) ? 1 : 0;
}

static void read_canaries(void) {
    char *line = NULL;
    size_t room = 0;
    while (canary_count < MOST_CANARIES && getline(&line, &room, stdin) > 0) {
        struct canary *c = &canaries[canary_count];
        char *rest = strdup(line);
        if (!rest) exit(1);
        rest[strcspn(rest, "\n")] = 0;
        for (char *field; c->pairs < PAIRS && (field = strsep(&rest, "\t"));) c->pair[c->pairs++] = field;
        c->pid = (int) number_of(c, "pid");
        if (of(c, "name") && of(c, "tag")) canary_count++;
        else memset(c, 0, sizeof *c);
    }
}

/* As people make them: the host's processes, users, network and devices, and another root directory. */
static void break_out_of_nothing(const char *directory) {
    static const char *const shown[] = { "/sys", "/dev" };
    char at[4200];
    /* A mount namespace only so that what is mounted in the chroot is gone with this process. */
    int error = unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    for (int i = 0; !error && i < 2; i++) {
        snprintf(at, sizeof at, "%s%s", directory, shown[i]);
        error = mount(shown[i], at, NULL, MS_BIND | MS_REC, NULL);
    }
    snprintf(at, sizeof at, "%s/proc", directory);
    if (error || mount("proc", at, "proc", 0, NULL) || chroot(directory) || chdir("/")) {
        perror("tenant-probe: chroot");
        exit(1);
    }
}

/* Returns in a child of a pid 1 that is an ordinary process. */
static void start_open_init(void) {
    int status = 1;
    pid_t pid = unshare(CLONE_NEWPID | CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ? -1 : fork();
    if (!pid) {
        alarm(60);
        if (mount("proc", "/proc", "proc", 0, NULL)) exit(1);
        pid = fork();
        if (!pid) return;
    }
    if (pid < 0) perror("tenant-probe: open-init");
    else waitpid(pid, &status, 0);
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[0], "canary") && getenv("CANARY")) return sit(getenv("CANARY"));
    if (argc == 2 && !strcmp(argv[1], "nothing")) return 0;
    if (argc == 4 && !strcmp(argv[1], "pulse")) return pulse(atol(argv[2]), atol(argv[3]));
    if (argc > 3 && !strcmp(argv[1], "exhaust")) return exhaust(argv + 2);
    alarm(60);
    if (argc > 2 && !strcmp(argv[1], "chroot")) {
        break_out_of_nothing(argv[2]);
        argc -= 2;
        argv += 2;
    } else if (argc > 2 && !strcmp(argv[1], "link-local")) {
        if (link_local()) {
            perror("tenant-probe: link-local");
            return 1;
        }
        argc--;
        argv++;
    } else if (argc > 2 && !strcmp(argv[1], "open-init")) {
        start_open_init();
        argc--;
        argv++;
    }
    if (argc < 2) return 2;
    if (!strcmp(argv[1], "canary")) {
        char line[8192];
        return fgets(line, sizeof line, stdin) ? keep_canary(line) : 1;
    }
    owner = !strcmp(argv[1], "owner");
    read_canaries();
    return attack(argc > 2 ? argv[2] : NULL);
}
