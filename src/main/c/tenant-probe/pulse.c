/*
 * Does what a service does, again and again, and tells how long each took.
 *
 *   tenant-probe pulse MILLISECONDS EVERY
 *
 * Each operation has a process of its own and is due every EVERY milliseconds. What is told is the time from when it was
 * due to its end: as long as a client waits who comes at that time, also where the one before it is not served yet. Whoever
 * measured from the call would count a second's stall once, and not those who came meanwhile. What is still not served
 * PATIENCE seconds after the end is counted with the time that it has waited until then.
 *
 * Prints a line of JSON an operation: microseconds in the order of their being due, and what failed, by the error.
 */
#include "probe.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST = 12000, ERRORS = 160, PATIENCE = 10, SLICE = 400000, OPERATIONS = 4 };

/* 0, or what the kernel answered. */
typedef int operation(void);

static int served; /* a connection whose other end answers every byte with itself */
static char scratch[64];

static int start_process(void) {
    char *words[] = { "probe", "nothing", NULL }, *none[] = { NULL };
    pid_t pid;
    int status, error = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, words, none);
    if (error) return error;
    if (waitpid(pid, &status, 0) < 0) return errno;
    return status ? EIO : 0;
}

static int write_file(void) {
    static char bytes[4096];
    int file = open(scratch, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), error;
    if (file < 0) return errno;
    error = write(file, bytes, sizeof bytes) < 0 || fsync(file) ? errno : 0;
    close(file);
    return unlink(scratch) && !error ? errno : error;
}

static int round_trip(void) {
    char byte = 1;
    if (send(served, &byte, 1, MSG_NOSIGNAL) != 1) return errno;
    ssize_t n = recv(served, &byte, 1, 0);
    return n == 1 ? 0 : n < 0 ? errno : ECONNRESET;
}

static int compute(void) {
    unsigned long x = 88172645463325252ul;
    for (int i = 0; i < SLICE; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x ? 0 : EIO; /* never: so that it is computed */
}

static const struct { const char *name; operation *run; } operations[OPERATIONS] = {
    { "process", start_process },
    { "write", write_file },
    { "loopback", round_trip },
    { "compute", compute },
};

static struct record { int count, failed[ERRORS], micros[MOST]; } *records;

static int open_connection(void) {
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { PATIENCE, 0 };
    socklen_t length = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, peer;
    if (listener < 0 || bind(listener, (struct sockaddr *) &at, sizeof at) || listen(listener, 1)) return -1;
    if (getsockname(listener, (struct sockaddr *) &at, &length)) return -1;
    served = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (served < 0 || connect(served, (struct sockaddr *) &at, length) || (peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0) return -1;
    close(listener);
    setsockopt(served, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(served, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return peer;
}

static void echo(int peer) {
    char byte;
    close(served);
    while (recv(peer, &byte, 1, 0) == 1 && send(peer, &byte, 1, MSG_NOSIGNAL) == 1) {}
}

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* In microseconds. */
static void beat(int which, long start, long length, long every) {
    struct record *r = &records[which];
    for (long due = start + which * every / OPERATIONS; due < start + length && r->count < MOST; due += every) {
        struct timespec then = { due / 1000000, due % 1000000 * 1000 };
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL) == EINTR) {}
        int error = now() < start + length + PATIENCE * 1000000L ? operations[which].run() : 0;
        if (error) r->failed[error > 0 && error < ERRORS ? error : EIO]++;
        r->micros[r->count] = (int) (now() - due);
        r->count++;
    }
}

static pid_t child(void) {
    pid_t keeper = getpid(), pid = fork();
    if (!pid && (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != keeper)) _exit(1);
    return pid;
}

static void print(int which) {
    const struct record *r = &records[which];
    const char *comma = "";
    printf("{\"operation\":\"%s\",\"failed\":{", operations[which].name);
    for (int error = 1; error < ERRORS; error++)
        if (r->failed[error]) {
            printf("%s\"%s\":%d", comma, name_of(error), r->failed[error]);
            comma = ",";
        }
    printf("},\"micros\":[");
    for (int i = 0; i < r->count; i++) printf("%s%d", i ? "," : "", r->micros[i]);
    puts("]}");
}

int pulse(long millis, long every) {
    pid_t beats[OPERATIONS], answering;
    int peer, status, fault = 0;
    if (millis < 100 || every < 1 || millis / every >= MOST) return 2;
    alarm((unsigned) (millis / 1000 + 3 * PATIENCE));
    records = mmap(NULL, sizeof *records * OPERATIONS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (records == MAP_FAILED || (peer = open_connection()) < 0 || (answering = child()) < 0) return 1;
    if (!answering) {
        echo(peer);
        _exit(0);
    }
    close(peer);
    snprintf(scratch, sizeof scratch, "/root/.cloister-pulse-%d", getpid());
    long start = now() + 10000;
    for (int i = 0; i < OPERATIONS; i++) {
        beats[i] = child();
        if (!beats[i]) {
            beat(i, start, millis * 1000, every * 1000);
            _exit(0);
        }
    }
    for (int i = 0; i < OPERATIONS; i++)
        if (beats[i] < 0 || waitpid(beats[i], &status, 0) < 0 || status) fault = 1;
    unlink(scratch);
    kill(answering, SIGKILL);
    waitpid(answering, NULL, 0);
    if (fault) return 1; /* one was ended: what it leaves is no measurement */
    for (int i = 0; i < OPERATIONS; i++) print(i);
    return fflush(stdout) ? 1 : 0;
}
