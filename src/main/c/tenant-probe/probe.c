/*
 * tenant-probe: tries to reach canaries, and says what the kernel answered; or is such a canary.
 *
 *   tenant-probe [WHERE] attack [VECTOR]   as an attacker, by every vector or by one
 *   tenant-probe [WHERE] canary            plants one (canary.c), and as its owner tries the same, but signal 0
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
 * A vector is a function and a line of the table below; the agent's catalogue says in words what it is. Attempts are made
 * by a few children, one attempt after another and each for a limited time; a child that hangs, crashes or may have been
 * changed by what it tried is replaced.
 *
 * In a tenant the probe runs from a sealed descriptor, so that no file of the tenant's has a say (proof.md).
 */
#include "probe.h"
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

enum { AT_ONCE = 16, SECONDS = 4, MOST_CANARIES = 4096, UNREPORTED = -1, TIMEOUT = -2, ABSENT = -3 };

/*
 * By name: what tries it; what must have been planted for it, or NULL where it is tried on the machine alone; and whether it
 * may alter the process that tries it, such as its root, its credentials or whom it traces.
 */
enum { KEEPS, ALTERS };
static const struct { const char *name; vector *try; const char *needs; int alters; } vectors[] = {
    { "sweep", NULL, "tag", KEEPS }, /* looks for all canaries at once; first, since it takes longest */
    { "tcp4", tcp4, "tcp4", KEEPS },
    { "tcp6", tcp6, "tcp6", KEEPS },
    { "udp4", udp4, "udp4", KEEPS },
    { "udp6", udp6, "udp6", KEEPS },
    { "ping", ping, "address4", KEEPS },
    { "metadata", metadata, NULL, KEEPS },
    { "see", see, "process", KEEPS },
    { "pidfd", pidfd, "process", KEEPS },
    { "ptrace", ptrace_attach, "process", ALTERS },
    { "environ", process_environment, "process", KEEPS },
    { "proc-root", process_root, "process", KEEPS },
    { "proc-mem", process_memory, "memory", KEEPS },
    { "proc-fd", process_descriptor, "descriptor", KEEPS },
    { "process-vm", process_vm, "memory", KEEPS },
    { "priority", priority, "process", KEEPS },
    { "affinity", affinity, "process", KEEPS },
    { "setns", join_namespace, NULL, ALTERS },
    { "read", read_secret, "file", KEEPS },
    { "open-directory", open_directory, "open", KEEPS },
    { "chroot-escape", chroot_escape, "file", ALTERS },
    { "file-handle", open_by_handle, NULL, KEEPS },
    { "mknod", make_node, NULL, KEEPS },
    { "block-device", block_device, NULL, KEEPS },
    { "mount", mount_anything, NULL, KEEPS },
    { "umount", unmount, NULL, KEEPS },
    { "remount", remount, NULL, KEEPS },
    { "pivot-root", pivot, NULL, KEEPS },
    { "fsopen", new_mount, NULL, KEEPS },
    { "open-tree", clone_mount, NULL, KEEPS },
    { "btrfs-subvolume", subvolume, NULL, KEEPS },
    { "btrfs-snapshot", snapshot, NULL, KEEPS },
    { "btrfs-qgroup", bill_another, NULL, KEEPS },
    { "sysv-shm", shared_memory, "shm", KEEPS },
    { "sysv-sem", semaphores, "sem", KEEPS },
    { "sysv-msg", messages, "msg", KEEPS },
    { "posix-shm", posix_memory, "posix-shm", KEEPS },
    { "posix-mq", posix_messages, "posix-mq", KEEPS },
    { "abstract-socket", abstract_socket, "abstract", KEEPS },
    { "named-socket", named_socket, "named", KEEPS },
    { "keyring", keyring, "key", KEEPS },
    { "raw-socket", raw_socket, NULL, KEEPS },
    { "packet-socket", packet_socket, NULL, KEEPS },
    { "packet-filter", packet_filter, NULL, KEEPS },
    { "hostname", hostname, NULL, KEEPS },
    { "clock", clock_set, NULL, KEEPS },
    { "reboot", reboot_machine, NULL, KEEPS },
    { "module", load_module, NULL, KEEPS },
    { "kexec", load_kernel, NULL, KEEPS },
    { "bpf", load_bpf, NULL, KEEPS },
    { "perf", count_events, NULL, KEEPS },
    { "userfaultfd", fault_handler, NULL, KEEPS },
    { "io-uring", io_ring, NULL, KEEPS },
    { "core-pattern", core_pattern, NULL, KEEPS },
    { "sysrq", magic_keys, NULL, KEEPS },
    { "kernel-log", kernel_log, NULL, KEEPS },
    { "swap", swap_on, NULL, KEEPS },
    { "unmapped-user", unmapped_user, NULL, ALTERS },
    { "user-namespace", user_namespace, NULL, ALTERS },
    { "capability", regain_capability, NULL, ALTERS },
    { "own-limits", own_limits, NULL, KEEPS },
    { "release-agent", release_agent, NULL, KEEPS },
    { "pid-1", first_process, NULL, KEEPS },
    { "signal", send_signal, "process", KEEPS }, /* last: it may end the canary */
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

/* In the command lines of the processes that there are here. */
static void look_for_all(void) {
    char path[64], line[4096];
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        int pid = atoi(entry->d_name);
        if (pid <= 0) continue;
        snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = file < 0 ? 0 : read(file, line, sizeof line);
        if (file >= 0) close(file);
        for (int i = 0; n > 0 && i < canary_count; i++) {
            const char *tag = of(&canaries[i], "tag");
            if (!canaries[i].seen && memmem(line, (size_t) n, tag, strlen(tag))) canaries[i].seen = pid;
        }
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

/*
 * The attempts of a run, in their order. A worker takes one after another, and says what it is at, so that the one that
 * watches it knows what did not end in time, and starts another in its place. All of it is shared between them.
 */
struct task { int which; struct canary *canary; };
static struct work { struct task *task; int tasks; atomic_int next; struct result *results; } *work;

/* What a worker began last, or -1, and when, in seconds. */
static struct worker { atomic_int at; atomic_long since; } *workers;

static long seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static struct result *result_of(const struct task *t) { return &work->results[(t->canary - canaries) * VECTORS + t->which]; }

/* In a child. After an attempt that may have changed the child itself, it ends: what comes next is tried by a new one. */
static void work_on(struct worker *own) {
    for (int i; (i = atomic_fetch_add(&work->next, 1)) < work->tasks;) {
        const struct task *t = &work->task[i];
        atomic_store(&own->since, seconds());
        atomic_store(&own->at, i);
        alarm(2 * SECONDS);
        try(t->which, t->canary, work->results);
        if (vectors[t->which].alters) return;
        syscall(SYS_close_range, 3, ~0u, 0); /* what an attempt left open is no part of the next */
    }
}

/* Whether a worker is still at it. One that takes too long is ended. */
static int lives(pid_t pid, const struct worker *w, long now) {
    if (waitpid(pid, NULL, WNOHANG) != 0) return 0;
    if (now < atomic_load(&w->since) + SECONDS) return 1;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    int at = atomic_load(&w->at);
    struct result *r = at < 0 ? NULL : result_of(&work->task[at]);
    if (r && r->outcome == UNREPORTED) r->outcome = TIMEOUT;
    return 0;
}

static pid_t start(struct worker *w) {
    atomic_store(&w->at, -1);
    atomic_store(&w->since, seconds());
    pid_t pid = fork();
    if (!pid) {
        work_on(w);
        _exit(0);
    }
    return pid;
}

/*
 * One worker does what takes microseconds, which is most. Each moment in which no attempt was begun, since all wait for an
 * answer or for a processor, another is started.
 */
static void run(void) {
    static const struct timespec moment = { 0, 5000000 }, longer = { 0, 20000000 };
    pid_t pids[AT_ONCE] = { 0 };
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    for (int begun, before = -1;; before = begun) {
        int busy = 0, place = -1;
        long now = seconds();
        for (int i = 0; i < AT_ONCE; i++) {
            if (pids[i] && !lives(pids[i], &workers[i], now)) pids[i] = 0;
            if (pids[i]) busy++;
            else place = i;
        }
        begun = atomic_load(&work->next);
        int left = begun < work->tasks;
        if (!left && !busy) break;
        if (left && place >= 0 && (!busy || begun == before)) {
            pid_t pid = start(&workers[place]);
            if (pid > 0) pids[place] = pid;
            else if (!busy) note(&result_of(&work->task[atomic_fetch_add(&work->next, 1)])->attempt, "fork: %s", name_of(errno));
        }
        sigtimedwait(&children, NULL, left && place >= 0 ? &moment : &longer);
    }
    atomic_store(&work->next, work->tasks); /* each worker counted it on to see that there is no more */
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

static void *shared(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) exit(1);
    return memory;
}

/* Where something must be done about it, it is a task. */
static void plan(int which, struct canary *c, const char *only) {
    struct task task = { which, c };
    struct result *r = result_of(&task);
    const char *needs = vectors[which].needs, *why;
    r->outcome = ABSENT;
    if (!wanted(which, c, only)) return;
    if (!needs || of(c, needs)) {
        r->outcome = UNREPORTED;
        if (vectors[which].try || c == canaries) work->task[work->tasks++] = task; /* of all canaries by the first's */
    } else if ((why = value(c, needs, '!'))) note(&r->attempt, "%s", why);
}

static int attack(const char *only) {
    size_t most = VECTORS * (size_t) (canary_count + 1);
    sigset_t children;
    work = shared(sizeof *work);
    work->results = shared(sizeof *work->results * most);
    work->task = shared(sizeof *work->task * most);
    workers = shared(sizeof *workers * AT_ONCE);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    look_for_all();
    for (int v = 0; v < VECTORS; v++) {
        if (v == VECTORS - 1) run(); /* before what may end a canary */
        for (int i = 0; i < canary_count; i++) plan(v, &canaries[i], only);
    }
    run();
    for (int i = 0; i < canary_count; i++)
        for (int v = 0; v < VECTORS; v++)
            if (wanted(v, &canaries[i], only)) print(&canaries[i], vectors[v].name, &work->results[i * VECTORS + v]);
    return fflush(stdout) ? 1 : 0;
}

int attack_as_owner(const struct canary *own) {
    owner = 1;
    canaries[canary_count++] = *own;
    return attack(NULL);
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

/* A report goes out in one piece: musl's own buffer would wake whoever reads it for each kilobyte. */
static char said_at_once[65536];

int main(int argc, char **argv) {
    if (argc == 2 && !strcmp(argv[0], "canary") && getenv("CANARY")) return sit(getenv("CANARY"));
    if (argc == 2 && !strcmp(argv[1], "nothing")) return 0;
    if (argc == 4 && !strcmp(argv[1], "pulse")) return pulse(atol(argv[2]), atol(argv[3]));
    if (argc > 3 && !strcmp(argv[1], "exhaust")) return exhaust(argv + 2);
    alarm(60);
    setvbuf(stdout, said_at_once, _IOFBF, sizeof said_at_once);
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
    if (strcmp(argv[1], "attack")) return 2;
    read_canaries();
    return attack(argc > 2 ? argv[2] : NULL);
}
