/*
 * Uses up what a tenant may have, for the test of what its neighbours feel of it.
 *
 *   tenant-probe exhaust ADDRESS WAY...
 *
 * Begins every way that is named and goes on until its standard input ends. Then it kills all that runs in its tenant but
 * pid 1, removes what it wrote, and prints a line of JSON a way: how often it got what it asked for, how often the kernel
 * killed it, and how often it was refused, by the error. So it is for a tenant that was made for it, and refuses to run
 * anywhere else than in a user namespace of its own. ADDRESS is of IPv4, and closed to it: packets are thrown at it.
 *
 * A way is a function and a line of the table below; the agent's catalogue says in words what it is.
 */
#include "probe.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { WORKERS = 64, ERRORS = 160, BLOCK = 1 << 20, SMALL = 1024 };

/* Shared by all of a way's processes. */
struct tally { long did, killed, refused[ERRORS]; };

typedef void way(struct tally *);

static struct sockaddr_in closed = { .sin_family = AF_INET, .sin_port = 0x0900 /* 9, discard, in the network's order */ };
static char block[BLOCK];

#define KEPT "/root/.cloister-exhaust"
#define SHARED "/dev/shm/cloister-exhaust"

static void add(long *count) { __atomic_add_fetch(count, 1, __ATOMIC_RELAXED); }

/* Counts what a call gave, and whether it gave anything. */
static int got_it(struct tally *t, long result) {
    if (result >= 0) add(&t->did);
    else if (errno > 0 && errno < ERRORS) add(&t->refused[errno]);
    return result >= 0;
}

static void rest(long millis) {
    struct timespec time = { millis / 1000, millis % 1000 * 1000000 };
    nanosleep(&time, NULL);
}

static int workers;

/* ---- the ways: each goes on until it is killed -------------------------------------------------------------------- */

static void busy(struct tally *t) {
    for (volatile unsigned long i = 0;; i++)
        if (!(i & 0xffffff)) add(&t->did);
}

/* After all others have begun, to whom it would leave nothing. */
static void forks(struct tally *t) {
    if (workers > 1) rest(500);
    for (;;) got_it(t, fork());
}

static void heap(struct tally *t) {
    for (;;) {
        char *more = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (!got_it(t, more == MAP_FAILED ? -1 : 0)) rest(1);
        else memset(more, 1, BLOCK);
    }
}

/* Without a name, so that whoever is killed lets go of it. */
static void shared_files(struct tally *t) {
    int file = open(SHARED, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    for (;;)
        if (!got_it(t, write(file, block, BLOCK))) rest(1);
}

/* Names that are there and names that are not: the kernel remembers both, the latter not of a tmpfs. */
static void names(struct tally *t) {
    char path[80];
    struct stat found;
    for (long i = 0;; i++) {
        snprintf(path, sizeof path, SHARED "/d%d-%ld", getpid(), i);
        if (!got_it(t, mkdir(path, 0700))) rest(1);
        snprintf(path, sizeof path, KEPT "/n%d-%ld", getpid(), i);
        stat(path, &found);
    }
}

/* Takes all the room at once, writes into what it took, and lets go. */
static void disk(struct tally *t) {
    char path[80];
    snprintf(path, sizeof path, KEPT "/fill%d", getpid());
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (;; rest(1)) {
        off_t room = 0, step = 64 * BLOCK, at = 0;
        while (step >= BLOCK) {
            if (got_it(t, fallocate(file, 0, room, step))) room += step;
            else step /= 2;
        }
        while (at < room && got_it(t, pwrite(file, block, BLOCK, at))) at += BLOCK;
        if (ftruncate(file, 0)) rest(100);
    }
}

static void small_files(struct tally *t) {
    char path[80];
    for (long i = 0;; i++) {
        snprintf(path, sizeof path, KEPT "/%d-%ld", getpid(), i / 1000);
        if (i % 1000 == 0) mkdir(path, 0700);
        snprintf(path, sizeof path, KEPT "/%d-%ld/%ld", getpid(), i / 1000, i);
        int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (!got_it(t, file < 0 ? -1 : write(file, block, SMALL))) rest(1);
        if (file >= 0) close(file);
    }
}

/* Writes that are waited for, here and there in a file, and reads past the cache. */
static void synced(struct tally *t) {
    static char page[4096] __attribute__((aligned(4096)));
    char path[80];
    snprintf(path, sizeof path, KEPT "/sync%d", getpid());
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), past = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
    for (unsigned long i = 1;; i++) {
        off_t at = (off_t) (i * 2654435761u % 4096 * sizeof page);
        if (!got_it(t, pwrite(file, page, sizeof page, at) < 0 ? -1 : fsync(file))) rest(1);
        if (past >= 0 && pread(past, page, sizeof page, at) < 0 && errno == EINVAL) past = -1;
    }
}

/* Has everything of the file system written, not its own alone. */
static void sync_all(struct tally *t) {
    char path[80];
    snprintf(path, sizeof path, KEPT "/all%d", getpid());
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (;;)
        if (!got_it(t, write(file, block, SMALL) < 0 ? -1 : syncfs(file))) rest(1);
}

static void terminals(struct tally *t) {
    for (;;)
        if (!got_it(t, open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC))) rest(10);
}

/* Connections to its own address, their buffers full at both ends. */
static void connections(struct tally *t) {
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(probe, (struct sockaddr *) &closed, sizeof closed) || getsockname(probe, (struct sockaddr *) &own, &length)) return;
    own.sin_port = 0;
    if (bind(listener, (struct sockaddr *) &own, length) || listen(listener, 128) || getsockname(listener, (struct sockaddr *) &own, &length)) return;
    for (;;) {
        int from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (!got_it(t, from < 0 ? -1 : connect(from, (struct sockaddr *) &own, length))) {
            if (from >= 0) close(from);
            rest(1);
            continue;
        }
        int to = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        while (send(from, block, BLOCK, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {}
        while (to >= 0 && send(to, block, BLOCK, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {}
    }
}

static void packets(struct tally *t) {
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (;;) got_it(t, sendto(s, block, 1400, 0, (struct sockaddr *) &closed, sizeof closed));
}

/*
 * By name, with how many processes begin it. One alone where a file system in memory is filled: whoever is killed lets go
 * of it only as it ends, and if another asks for memory until then, the kernel finds nobody to kill but the keeper.
 */
static const struct { const char *name; way *use; int workers; } ways[] = {
    { "processor", busy, 8 },
    { "processes", forks, 1 },
    { "memory", heap, 2 },
    { "shared-memory", shared_files, 1 },
    { "names", names, 1 },
    { "disk", disk, 1 },
    { "files", small_files, 4 },
    { "fsync", synced, 4 },
    { "sync", sync_all, 2 },
    { "terminals", terminals, 2 },
    { "connections", connections, 4 },
    { "packets", packets, 2 },
};
enum { WAYS = sizeof ways / sizeof *ways };

/* ---- the run ------------------------------------------------------------------------------------------------------ */

static struct tally *tallies; /* one a way */
static struct worker { pid_t pid; int way; } worker[WORKERS];

static void begin(struct worker *w) {
    pid_t keeper = getpid();
    w->pid = fork();
    if (w->pid) return;
    struct rlimit descriptors;
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    /* Whoever keeps the tallies is killed last. */
    if (score >= 0 && write(score, "1000", 4) != 4) errno = 0;
    if (score >= 0) close(score);
    if (!getrlimit(RLIMIT_NOFILE, &descriptors)) {
        descriptors.rlim_cur = descriptors.rlim_max;
        setrlimit(RLIMIT_NOFILE, &descriptors);
    }
    for (int stream = 0; stream < 3; stream++) close(stream);
    for (int stream = 0; stream < 3; stream++) open("/dev/null", O_RDWR);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != keeper) _exit(1);
    ways[w->way].use(&tallies[w->way]);
    _exit(1);
}

static void empty(const char *directory) {
    DIR *files = opendir(directory);
    char path[4200];
    for (struct dirent *entry; files && (entry = readdir(files));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (!unlink(path)) continue;
        empty(path);
        rmdir(path);
    }
    if (files) closedir(files);
}

/*
 * Where the kernel killed a worker, or none could be forked, another begins. What the dead one left in memory goes first:
 * when nothing else can be killed, the kernel kills the keeper of the tallies.
 */
static void keep_going(void) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (int i = 0; i < workers; i++)
            if (worker[i].pid == pid) {
                worker[i].pid = WIFSIGNALED(status) ? -1 : 0;
                if (!WIFSIGNALED(status)) continue;
                add(&tallies[worker[i].way].killed);
                empty(SHARED);
            }
    for (int i = 0; i < workers; i++)
        if (worker[i].pid < 0) begin(&worker[i]);
}

static void print(int which) {
    const struct tally *t = &tallies[which];
    const char *comma = "";
    printf("{\"way\":\"%s\",\"did\":%ld,\"killed\":%ld,\"refused\":{", ways[which].name, t->did, t->killed);
    for (int error = 1; error < ERRORS; error++)
        if (t->refused[error]) {
            printf("%s\"%s\":%ld", comma, name_of(error), t->refused[error]);
            comma = ",";
        }
    puts("}}");
}

/* The machine's own root must never come here: what ends it kills all that it may. */
static int is_tenant(void) {
    char map[64];
    unsigned long inside, outside, count;
    int file = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    ssize_t n = file < 0 ? -1 : read(file, map, sizeof map - 1);
    if (file >= 0) close(file);
    if (n <= 0) return 0;
    map[n] = 0;
    return sscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3 && count < 4294967295u && getppid() <= 1;
}

int exhaust(char **words) {
    int chosen[WAYS], count = 0;
    char ignored[64];
    struct pollfd input = { .fd = 0, .events = POLLIN };
    if (!is_tenant() || inet_pton(AF_INET, *words++, &closed.sin_addr) != 1) return 2;
    for (; *words; words++) {
        int which = 0;
        while (which < WAYS && strcmp(*words, ways[which].name)) which++;
        if (which == WAYS || count == WAYS) return 2;
        chosen[count++] = which;
        for (int i = 0; i < ways[which].workers && workers < WORKERS; i++) worker[workers++] = (struct worker) { -1, which };
    }
    tallies = mmap(NULL, sizeof *tallies * WAYS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tallies == MAP_FAILED) return 1;
    mkdir(KEPT, 0700);
    mkdir(SHARED, 0700);
    do keep_going();
    while (poll(&input, 1, 20) <= 0 || read(0, ignored, sizeof ignored) > 0);
    kill(-1, SIGKILL);
    while (wait(NULL) > 0) {}
    empty(SHARED);
    empty(KEPT);
    rmdir(SHARED);
    rmdir(KEPT);
    for (int i = 0; i < count; i++) print(chosen[i]);
    return fflush(stdout) ? 1 : 0;
}
