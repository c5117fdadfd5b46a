/*
 * tenant-forward: makes the sockets that one SSH connection forwards.
 *
 * Runs in the tenant as the user who logged in, one process to an SSH connection, executed from a sealed descriptor and
 * never from the tenant's tree (kernel.md: so it is opaque to the tenant's root). Every socket is thus made under the
 * tenant's namespaces, cgroup, filter and capabilities and this user's rights; this program decides nothing.
 *
 * Descriptor 0 is a stream socket to the manager. Both ways go records of 512 bytes, text and zeros:
 *   ID connect PORT HOST    a TCP connection to a name or an address
 *   ID open PATH            a connection to a unix socket
 *   ID listen PORT HOST     HOST is an address, "localhost", or empty for all; PORT 0: the kernel chooses
 *   ID bind PATH            a unix socket of mode 0600
 *   ID agent                the same, in a fresh directory of mode 0700
 *   ID close                ends what ID listens on, and unlinks its path
 * Answers: "ID ok [VALUE]", VALUE the port or the path listened on, or "ID failed SENTENCE"; a connection comes as
 * descriptor with its ok, and later "ID accepted PORT ADDRESS", with the descriptor, for each that a listener accepts.
 *
 * A connection is made in a child, so that a slow name server or peer holds up no other. musl's getaddrinfo(3) reads
 * /etc/hosts and /etc/resolv.conf and loads nothing. Ends, with all it listens on, when the manager closes descriptor 0.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { MANAGER = 0, RECORD = 512, SOCKETS = 128, BACKLOG = 128 };
enum { SECONDS_EACH = 10, SECONDS_ALL = 45 }; /* for one address of a name; for looking it up and all its addresses */

/* Listening sockets. One ID may have two: IPv4 and IPv6. */
static struct listener {
    int id, socket;
    char path[sizeof ((struct sockaddr_un *) 0)->sun_path], directory[64]; /* what to unlink and remove; or empty */
    dev_t device;
    ino_t inode;
} listeners[SOCKETS];
static int listening;

/* ---- the conversation -------------------------------------------------------------------------------------------- */

/* Written in one piece, so that a child's answer and the parent's never mix. 0, or -1 with errno. */
static int tell(int descriptor, const char *format, ...) {
    char record[RECORD] = { 0 };
    union { struct cmsghdr align; char room[CMSG_SPACE(sizeof descriptor)]; } control = { 0 };
    struct iovec part = { record, sizeof record };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(record, sizeof record, format, arguments);
    va_end(arguments);
    if (descriptor >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(c), &descriptor, sizeof descriptor);
    }
    ssize_t sent;
    do sent = sendmsg(MANAGER, &message, MSG_NOSIGNAL); while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

/* One record; 0 at the end of the conversation. */
static int hear(char *record) {
    for (size_t have = 0; have < RECORD;) {
        ssize_t n = read(MANAGER, record + have, RECORD - have);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        have += (size_t) n;
    }
    record[RECORD - 1] = 0;
    return 1;
}

static int failed(int id, const char *why) {
    tell(-1, "%d failed %s", id, why);
    return -1;
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

static int waiting; /* the ID of the request that a child works on */

static void too_late(int signal) {
    (void) signal;
    failed(waiting, strerror(ETIMEDOUT));
    _exit(0);
}

static int stream(int family, const struct sockaddr *address, socklen_t length) {
    struct timeval limit = { .tv_sec = SECONDS_EACH }, none = { 0 };
    int on = 1, s = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0) return -1;
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit); /* connect(2) keeps to it: socket(7) */
    if (connect(s, address, length)) {
        int error = errno == EINPROGRESS || errno == EAGAIN ? ETIMEDOUT : errno;
        close(s);
        errno = error;
        return -1;
    }
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof none);
    setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (family != AF_UNIX) setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return s;
}

static void connect_to(int id, const char *port, const char *host) {
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG }, *first, *a;
    int error = getaddrinfo(host, port, &hints, &first), s = -1;
    if (error) {
        failed(id, gai_strerror(error));
        return;
    }
    for (a = first; a && s < 0; a = a->ai_next) s = stream(a->ai_family, a->ai_addr, a->ai_addrlen);
    if (s < 0 || tell(s, "%d ok", id)) failed(id, strerror(errno));
}

static int unix_address(struct sockaddr_un *address, const char *path) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (*path != '/' || strlen(path) >= sizeof address->sun_path) return errno = *path == '/' ? ENAMETOOLONG : EINVAL, -1;
    strcpy(address->sun_path, path);
    return 0;
}

static void open_path(int id, const char *path) {
    struct sockaddr_un address;
    int s = unix_address(&address, path) ? -1 : stream(AF_UNIX, (struct sockaddr *) &address, sizeof address);
    if (s < 0 || tell(s, "%d ok", id)) failed(id, strerror(errno));
}

/* port is null for a path */
static void in_a_child(int id, const char *port, const char *where) {
    pid_t pid = fork();
    if (pid < 0) failed(id, strerror(errno));
    if (pid) return;
    waiting = id;
    signal(SIGALRM, too_late);
    alarm(SECONDS_ALL);
    if (port) connect_to(id, port, where);
    else open_path(id, where);
    _exit(0);
}

/* ---- listeners --------------------------------------------------------------------------------------------------- */

static struct listener *add(int id, int socket) {
    if (listening == SOCKETS || listen(socket, BACKLOG)) {
        int error = listening == SOCKETS ? EMFILE : errno;
        close(socket);
        errno = error;
        return NULL;
    }
    struct listener *l = &listeners[listening++];
    *l = (struct listener) { .id = id, .socket = socket };
    return l;
}

/* Binds one address; *port is in network order, and chosen here where it was 0. 0 or -1. */
static int bind_one(int id, struct sockaddr *address, socklen_t length, in_port_t *port) {
    int on = 1, s = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0) return -1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->sa_family == AF_INET6) setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    /* sin_port and sin6_port lie at the same place */
    ((struct sockaddr_in *) address)->sin_port = *port;
    if (bind(s, address, length)) {
        int error = errno;
        close(s);
        errno = error;
        return -1;
    }
    if (!add(id, s)) return -1;
    getsockname(s, address, &length);
    *port = ((struct sockaddr_in *) address)->sin_port;
    return 0;
}

static void listen_at(int id, const char *port, const char *host) {
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE }, *first, *a;
    const char *hosts[] = { host, NULL };
    int error = EINVAL, bound = 0;
    in_port_t chosen = htons((in_port_t) atoi(port));
    if (!strcmp(host, "localhost")) hosts[0] = "127.0.0.1", hosts[1] = "::1";
    if (!*host) hosts[0] = "0.0.0.0", hosts[1] = "::";
    for (int i = 0; i < 2 && hosts[i]; i++) {
        if (getaddrinfo(hosts[i], port, &hints, &first)) {
            failed(id, "not an address");
            return;
        }
        for (a = first; a; a = a->ai_next)
            if (!bind_one(id, a->ai_addr, a->ai_addrlen, &chosen)) bound++;
            else if (!bound) error = errno;
        freeaddrinfo(first);
    }
    if (bound) tell(-1, "%d ok %d", id, ntohs(chosen));
    else failed(id, strerror(error));
}

static struct listener *bind_path(int id, const char *path) {
    struct sockaddr_un address;
    struct stat made;
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0) return NULL;
    umask(0177);
    if (unix_address(&address, path) || bind(s, (struct sockaddr *) &address, sizeof address) || lstat(path, &made)) {
        int error = errno;
        close(s);
        errno = error;
        return NULL;
    }
    struct listener *l = add(id, s);
    if (!l) return NULL;
    strcpy(l->path, path);
    l->device = made.st_dev;
    l->inode = made.st_ino;
    return l;
}

static void listen_on_path(int id, const char *path) {
    if (bind_path(id, path)) tell(-1, "%d ok %s", id, path);
    else failed(id, strerror(errno));
}

static void listen_as_agent(int id) {
    char directory[] = "/tmp/ssh-XXXXXX", path[64];
    umask(077);
    struct listener *l = NULL;
    if (mkdtemp(directory)) {
        snprintf(path, sizeof path, "%s/agent", directory);
        l = bind_path(id, path);
        if (l) strcpy(l->directory, directory);
        else rmdir(directory);
    }
    if (l) tell(-1, "%d ok %s", id, path);
    else failed(id, strerror(errno));
}

static void forget(struct listener *l) {
    struct stat now;
    close(l->socket);
    /* Whoever has put something else in its place keeps it. */
    if (*l->path && !lstat(l->path, &now) && now.st_dev == l->device && now.st_ino == l->inode) unlink(l->path);
    if (*l->directory) rmdir(l->directory);
    *l = listeners[--listening];
}

static void stop(int id) {
    int known = 0;
    for (int i = listening; i-- > 0;)
        if (listeners[i].id == id) known = 1, forget(&listeners[i]);
    if (known) tell(-1, "%d ok", id);
    else failed(id, "not listening");
}

static void take_one(struct listener *l) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "0";
    int on = 1, s = accept4(l->socket, (struct sockaddr *) &peer, &length, SOCK_CLOEXEC);
    if (s < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) sleep(1); /* not a busy loop */
        return;
    }
    if (!*l->path) {
        getnameinfo((struct sockaddr *) &peer, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
        setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    tell(s, "%d accepted %s %s", l->id, port, host);
    close(s);
}

/* ---- one request after the other ---------------------------------------------------------------------------------- */

/* Cuts the first word off; what follows the blank after it is the rest. */
static char *word(char **rest) {
    char *word = *rest, *blank = strchr(word, ' ');
    *rest = blank ? blank + 1 : word + strlen(word);
    if (blank) *blank = 0;
    return word;
}

static void obey(char *record) {
    int id = atoi(word(&record));
    const char *what = word(&record);
    if (!strcmp(what, "connect") || !strcmp(what, "listen")) {
        const char *port = word(&record);
        if (*what == 'c') in_a_child(id, port, record);
        else listen_at(id, port, record);
    } else if (!strcmp(what, "open")) in_a_child(id, NULL, record);
    else if (!strcmp(what, "bind")) listen_on_path(id, record);
    else if (!strcmp(what, "agent")) listen_as_agent(id);
    else if (!strcmp(what, "close")) stop(id);
    else failed(id, "unknown request");
}

int main(void) {
    char record[RECORD];
    struct pollfd watched[SOCKETS + 1];
    signal(SIGCHLD, SIG_IGN); /* children leave nothing to wait for */
    for (;;) {
        int count = listening;
        watched[0] = (struct pollfd) { .fd = MANAGER, .events = POLLIN };
        for (int i = 0; i < count; i++) watched[i + 1] = (struct pollfd) { .fd = listeners[i].socket, .events = POLLIN };
        if (poll(watched, (nfds_t) count + 1, -1) < 0) continue;
        for (int i = 0; i < count; i++)
            if (watched[i + 1].revents) take_one(&listeners[i]);
        if (!watched[0].revents) continue;
        if (!hear(record)) break;
        obey(record);
    }
    while (listening) forget(&listeners[listening - 1]);
    return 0;
}
