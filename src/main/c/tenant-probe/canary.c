/*
 * A canary: plants whatever a neighbour could reach for, and takes it away when its standard input ends, also because
 * whoever holds the other end was killed.
 *
 * It reads one line of KEY=VALUE fields parted by tabs: name, tag, secret (48 hexadecimal digits), directory (of its files),
 * its addresses (address4, address6) and, where they are its alone, wildcard. It prints one line of JSON, key by key what it
 * planted where; "!key" holds why something could not be. Then, as any probe does, a line an attempt: what its owner's own
 * access gave, tried by a child. Every name follows from the tag, so that what one left behind that was killed is known by
 * its directory, and is removed by the next.
 *
 * The process that is to be reached is a child: readable and traceable by its own root, as any is, so that the owner's
 * access can succeed. This one stays opaque, and with it what it says.
 */
#include "probe.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

enum { TAG = 32, DESCRIPTOR = 9, LISTENERS = 8 };

static const char *tag, *secret, *directory;
static int listener[LISTENERS], listeners;
static int told;
static long key;
static struct canary own; /* as its owner is told of it */

/* ---- names ------------------------------------------------------------------------------------------------------- */

struct names { char own[512], file[544], open[64], inside[96], socket[96], memory[96], queue[64]; key_t key; };

static struct names names_of(const char *tag) {
    struct names n;
    char digits[8] = "";
    snprintf(n.own, sizeof n.own, "%s/.canary-%s", directory, tag);
    snprintf(n.file, sizeof n.file, "%s/secret", n.own);
    snprintf(n.open, sizeof n.open, "/tmp/.canary-%s", tag);
    snprintf(n.inside, sizeof n.inside, "%s/secret", n.open);
    snprintf(n.socket, sizeof n.socket, "%s/socket", n.open);
    snprintf(n.memory, sizeof n.memory, "/dev/shm/canary-%s", tag);
    snprintf(n.queue, sizeof n.queue, "canary-%s", tag);
    memcpy(digits, tag, 7);
    n.key = (key_t) strtol(digits, NULL, 16) + 1; /* IPC_PRIVATE is 0 */
    return n;
}

static void remove_all(const char *tag) {
    struct names n = names_of(tag);
    int id;
    unlink(n.file);
    rmdir(n.own);
    unlink(n.inside);
    unlink(n.socket);
    rmdir(n.open);
    unlink(n.memory);
    syscall(SYS_mq_unlink, n.queue);
    if ((id = shmget(n.key, 0, 0)) >= 0) shmctl(id, IPC_RMID, NULL);
    if ((id = semget(n.key, 0, 0)) >= 0) semctl(id, 0, IPC_RMID);
    if ((id = msgget(n.key, 0)) >= 0) msgctl(id, IPC_RMID, NULL);
}

/* What one left that was killed: only one audit runs at a time. */
static void remove_left_behind(void) {
    DIR *here = opendir(directory);
    for (struct dirent *entry; here && (entry = readdir(here));) {
        const char *left = entry->d_name + strlen(".canary-");
        if (strncmp(entry->d_name, ".canary-", strlen(".canary-")) || strspn(left, "0123456789abcdef") != TAG || left[TAG]) continue;
        remove_all(left);
    }
    if (here) closedir(here);
}

/* ---- what is said ------------------------------------------------------------------------------------------------ */

static void tell(const char *key, const char *text) {
    char *pair = NULL;
    printf("%s\"%s\":\"%s\"", told++ ? "," : "{", key, text);
    if (own.pairs < PAIRS && asprintf(&pair, "%s=%s", key, text) >= 0) own.pair[own.pairs++] = pair;
}

/* A thing that may be missing: where it is, or why it is not. */
static int planted(const char *key, int done, const char *where) {
    char not[32], why[64];
    snprintf(not, sizeof not, "!%s", key);
    snprintf(why, sizeof why, "could not be planted here: %s", name_of(errno));
    if (done) tell(key, where);
    else tell(not, why);
    return done;
}

static int planted_number(const char *key, int done, long number) {
    char text[32];
    snprintf(text, sizeof text, "%ld", number);
    return planted(key, done, text);
}

/* ---- planting ---------------------------------------------------------------------------------------------------- */

static int write_secret(const char *path, mode_t mode) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file < 0) return 0;
    int done = write(file, secret, SECRET) == SECRET && !fchmod(file, mode);
    close(file);
    return done;
}

static void plant_files(const struct names *n) {
    planted("file", !mkdir(n->own, 0700) && write_secret(n->file, 0600), n->file);
    planted("open", !mkdir(n->open, 0700) && !chmod(n->open, 0777) && write_secret(n->inside, 0600), n->inside);
    planted("posix-shm", write_secret(n->memory, 0600), n->memory);
}

static void plant_ipc(const struct names *n) {
    struct { long type; char text[SECRET]; } message = { .type = 1 };
    struct { long flags, most, size, now, room[4]; } queue = { .most = 4, .size = SECRET };
    char digits[4] = "";
    int id = shmget(n->key, SECRET, IPC_CREAT | IPC_EXCL | 0600);
    char *memory = id < 0 ? (char *) -1 : shmat(id, NULL, 0);
    if (planted_number("shm", memory != (char *) -1, n->key)) memcpy(memory, secret, SECRET);

    id = semget(n->key, SECRET / 3, IPC_CREAT | IPC_EXCL | 0600);
    int done = id >= 0;
    for (int i = 0; done && i < SECRET / 3; i++) {
        memcpy(digits, secret + 3 * i, 3);
        done = !semctl(id, i, SETVAL, (int) strtol(digits, NULL, 16));
    }
    planted_number("sem", done, n->key);

    id = msgget(n->key, IPC_CREAT | IPC_EXCL | 0600);
    memcpy(message.text, secret, SECRET);
    planted_number("msg", id >= 0 && !msgsnd(id, &message, SECRET, IPC_NOWAIT), n->key);

    id = (int) syscall(SYS_mq_open, n->queue, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &queue);
    planted("posix-mq", id >= 0 && !syscall(SYS_mq_timedsend, id, secret, (size_t) SECRET, 0, NULL), n->queue);

    /* In the keyring of its user, who may search and read it (keyctl(2)). */
    key = syscall(SYS_add_key, "user", n->queue, secret, (size_t) SECRET, -4 /* KEY_SPEC_USER_KEYRING */);
    done = key >= 0 && !syscall(SYS_keyctl, 5 /* KEYCTL_SETPERM */, key, 0x3f3f0000u) && !syscall(SYS_keyctl, 15 /* KEYCTL_SET_TIMEOUT */, key, 300u);
    planted_number("key", done, key);
}

static int listen_at(int family, const void *address, socklen_t length, int type) {
    int s = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
    if (s < 0) return 0;
    if (family == AF_INET6) setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(s, address, length) || (type == SOCK_STREAM && listen(s, 128))) {
        int error = errno;
        close(s);
        errno = error;
        return 0;
    }
    listener[listeners++] = s;
    return 1;
}

static void plant_local_sockets(const struct names *n) {
    struct sockaddr_un named = { .sun_family = AF_UNIX }, abstract = { .sun_family = AF_UNIX };
    snprintf(named.sun_path, sizeof named.sun_path, "%s", n->socket);
    snprintf(abstract.sun_path + 1, sizeof abstract.sun_path - 1, "%s", n->queue);
    planted("named", listen_at(AF_UNIX, &named, sizeof named, SOCK_STREAM), n->socket);
    planted("abstract", listen_at(AF_UNIX, &abstract, (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + strlen(n->queue)), SOCK_STREAM), n->queue);
}

/* On loopback alone where it stands for the machine, so that nobody outside is served. */
static void plant_network(int wildcard) {
    static const struct { const char *key; int family, type; } kinds[] = {
        { "tcp4", AF_INET, SOCK_STREAM }, { "tcp6", AF_INET6, SOCK_STREAM }, { "udp4", AF_INET, SOCK_DGRAM }, { "udp6", AF_INET6, SOCK_DGRAM },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(wildcard ? INADDR_ANY : INADDR_LOOPBACK) };
        struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
        socklen_t length = sizeof six;
        if (!wildcard) six.sin6_addr = in6addr_loopback;
        int done = kinds[i].family == AF_INET ? listen_at(AF_INET, &four, sizeof four, kinds[i].type) : listen_at(AF_INET6, &six, sizeof six, kinds[i].type);
        if (done && getsockname(listener[listeners - 1], (struct sockaddr *) &six, &length)) done = 0;
        planted_number(kinds[i].key, done, ntohs(six.sin6_port)); /* at the same place in both */
    }
}

int sit(const char *text) {
    static char memory[SECRET + 1];
    pid_t keeper = getppid();
    snprintf(memory, sizeof memory, "%s", text);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_DUMPABLE, 1) || getppid() != keeper) return 1;
    if (dprintf(1, "%#lx", (unsigned long) memory) < 0) return 1;
    for (int fd = 0; fd < 3; fd++) close(fd);
    for (;;) pause();
}

/* Executed anew, so that the kernel shows its arguments and its environment as those of any process. */
static void plant_process(const struct names *n) {
    char environment[SECRET + 16], address[32] = "";
    char *arguments[] = { "canary", (char *) tag, NULL }, *variables[] = { environment, NULL };
    int report[2];
    snprintf(environment, sizeof environment, "CANARY=%s", secret);
    if (pipe2(report, O_CLOEXEC)) exit(1);
    pid_t pid = fork();
    if (!pid) {
        int file = open(n->file, O_RDONLY | O_CLOEXEC), nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (dup2(report[1], 1) < 0 || (nothing >= 0 && (dup2(nothing, 0) < 0 || dup2(nothing, 2) < 0))) _exit(1);
        if (file >= 0 && dup2(file, DESCRIPTOR) < 0) _exit(1);
        execve("/proc/self/exe", arguments, variables);
        _exit(1);
    }
    close(report[1]);
    if (pid < 0 || read(report[0], address, sizeof address - 1) <= 0) {
        perror("tenant-probe: the canary's process");
        remove_all(tag);
        exit(1);
    }
    close(report[0]);
    planted_number("process", 1, pid);
    planted("memory", 1, address);
    planted_number("descriptor", 1, DESCRIPTOR);
}

/* ---- keeping ----------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t over;
static void end(int number) { over = number; }

static void answer(int s) {
    struct sockaddr_storage from;
    socklen_t length = sizeof from;
    char asked[16];
    int peer = accept4(s, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (peer >= 0) {
        send(peer, secret, SECRET, MSG_NOSIGNAL);
        close(peer);
    } else if (recvfrom(s, asked, sizeof asked, 0, (struct sockaddr *) &from, &length) >= 0)
        sendto(s, secret, SECRET, MSG_NOSIGNAL, (struct sockaddr *) &from, length);
}

static void serve(void) {
    struct pollfd watched[LISTENERS + 1] = { { .fd = 0, .events = POLLIN } };
    char ignored[64];
    for (int i = 0; i < listeners; i++) watched[i + 1] = (struct pollfd) { listener[i], POLLIN, 0 };
    while (!over) {
        if (poll(watched, (nfds_t) listeners + 1, -1) < 0) continue;
        if (watched[0].revents && read(0, ignored, sizeof ignored) <= 0) return;
        for (int i = 1; i <= listeners; i++)
            if (watched[i].revents) answer(watched[i].fd);
    }
}

static const int ends[] = { SIGHUP, SIGINT, SIGTERM, SIGALRM };

static void ask_as_owner(void) {
    fflush(stdout);
    if (fork()) return;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) signal(ends[i], SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    alarm(60);
    _exit(attack_as_owner(&own));
}

int keep_canary(char *line) {
    line[strcspn(line, "\n")] = 0;
    for (char *field; own.pairs < PAIRS && (field = strsep(&line, "\t"));) own.pair[own.pairs++] = field;
    tag = of(&own, "tag");
    secret = of(&own, "secret");
    directory = of(&own, "directory");
    if (!tag || !secret || !directory || !of(&own, "name") || strspn(tag, "0123456789abcdef") != TAG || strlen(secret) != SECRET) return 2;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) signal(ends[i], end);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    umask(077);
    alarm(600); /* no audit takes longer */
    remove_left_behind();
    struct names n = names_of(tag);
    plant_files(&n);
    plant_ipc(&n);
    plant_local_sockets(&n);
    plant_network(of(&own, "wildcard") != NULL);
    plant_process(&n);
    puts("}");
    ask_as_owner();
    fclose(stdout); /* so that whoever listens knows the end, once the owner has asked */
    serve();
    if (key > 0) syscall(SYS_keyctl, 21 /* KEYCTL_INVALIDATE */, key);
    remove_all(tag);
    return 0;
}
