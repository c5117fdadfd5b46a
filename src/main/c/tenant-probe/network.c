/* Vectors at the network. What is dropped without a word is given a quarter of a second. */
#include "probe.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

enum { PATIENCE = 250 /* ms */ };
static const char metadata_address[] = "169.254.169.254";

static socklen_t address_of(struct sockaddr_storage *out, const char *text, long port) {
    struct sockaddr_in *four = (struct sockaddr_in *) out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *) out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t) port);
        return sizeof *four;
    }
    inet_pton(AF_INET6, text, &six->sin6_addr);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t) port);
    return sizeof *six;
}

static int ready(int s, short events) {
    struct pollfd watched = { s, events, 0 };
    return poll(&watched, 1, PATIENCE) > 0;
}

/* A connected socket, or the error as a negative number. */
static int reach(const char *address, long port, int type) {
    struct sockaddr_storage to;
    socklen_t length = address_of(&to, address, port), size = sizeof(int);
    int error = 0, s = socket(to.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0) return -errno;
    if (!connect(s, (struct sockaddr *) &to, length)) return s;
    error = errno;
    if (error == EINPROGRESS) {
        error = ETIMEDOUT;
        if (ready(s, POLLOUT)) getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (!error) return s;
    close(s);
    return -error;
}

static int ask(const char *address, long port, int type, struct attempt *a) {
    char bytes[SECRET];
    int s = reach(address, port, type), error = s < 0 ? -s : 0;
    if (!error && type == SOCK_DGRAM && send(s, "?", 1, MSG_NOSIGNAL) < 0) error = errno;
    if (!error && !ready(s, POLLIN)) error = ETIMEDOUT;
    ssize_t n = error ? 0 : recv(s, bytes, sizeof bytes, 0);
    if (n < 0) error = errno;
    note(a, "%s port %ld: %s", address, port, error ? name_of(error) : "an answer");
    if (s >= 0) close(s);
    return error ? error : got(a, bytes, n);
}

/* At the canary's own address, where it has one, and on loopback, where a process of the attacker's own may answer. */
static int both(const struct canary *c, struct attempt *a, const char *planted, const char *loopback, const char *own, int type) {
    long port = number_of(c, planted);
    const char *address = of(c, own);
    int error = address ? ask(address, port, type, a) : ENETUNREACH;
    if (!error || (address && !strcmp(address, loopback))) return error;
    int near = ask(loopback, port, type, a);
    return near && address ? error : near;
}

int tcp4(const struct canary *c, struct attempt *a) { return both(c, a, "tcp4", "127.0.0.1", "address4", SOCK_STREAM); }
int tcp6(const struct canary *c, struct attempt *a) { return both(c, a, "tcp6", "::1", "address6", SOCK_STREAM); }
int udp4(const struct canary *c, struct attempt *a) { return both(c, a, "udp4", "127.0.0.1", "address4", SOCK_DGRAM); }
int udp6(const struct canary *c, struct attempt *a) { return both(c, a, "udp6", "::1", "address6", SOCK_DGRAM); }

static uint16_t checksum(const void *bytes, size_t length) {
    const uint16_t *word = bytes;
    uint32_t sum = 0;
    for (size_t i = 0; i < length / 2; i++) sum += word[i];
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t) ~(sum + (sum >> 16));
}

/* An echo, known by its random body. */
int ping(const struct canary *c, struct attempt *a) {
    struct { struct icmphdr head; unsigned char body[16]; } request = { .head.type = ICMP_ECHO };
    struct sockaddr_storage to;
    unsigned char answer[256];
    struct timespec began, now;
    socklen_t length = address_of(&to, of(c, "address4"), 0);
    int s = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
    if (s < 0) return said(a, "socket", -1);
    if (getrandom(request.body, sizeof request.body, 0) < 0) return said(a, "getrandom", -1);
    request.head.checksum = checksum(&request, sizeof request);
    if (sendto(s, &request, sizeof request, 0, (struct sockaddr *) &to, length) < 0) return said(a, "sendto", -1);
    clock_gettime(CLOCK_MONOTONIC, &began);
    do {
        ssize_t n = ready(s, POLLIN) ? recv(s, answer, sizeof answer, 0) : -1;
        size_t head = (answer[0] & 15) * 4u; /* of the IP packet */
        if (n >= (ssize_t) (head + sizeof request) && answer[head] == ICMP_ECHOREPLY && !memcmp(answer + head + 8, request.body, sizeof request.body)) {
            note(a, "%s answered the echo", of(c, "address4"));
            return 0;
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000 < PATIENCE);
    note(a, "%s did not answer", of(c, "address4"));
    return ETIMEDOUT;
}

static int open_socket(int family, int type, int protocol, const char *what, struct attempt *a) {
    return said(a, what, socket(family, type | SOCK_CLOEXEC, protocol));
}

int raw_socket(const struct canary *c, struct attempt *a) {
    (void) c;
    return open_socket(AF_INET, SOCK_RAW, IPPROTO_RAW, "socket(AF_INET, SOCK_RAW, IPPROTO_RAW)", a);
}

int packet_socket(const struct canary *c, struct attempt *a) {
    (void) c;
    return open_socket(AF_PACKET, SOCK_RAW, 0, "socket(AF_PACKET, SOCK_RAW)", a);
}

int packet_filter(const struct canary *c, struct attempt *a) {
    (void) c;
    return open_socket(AF_NETLINK, SOCK_RAW, 12, "socket(AF_NETLINK, NETLINK_NETFILTER)", a);
}

/* Connects, and says nothing. */
int metadata(const struct canary *c, struct attempt *a) {
    int s = reach(metadata_address, 80, SOCK_STREAM);
    (void) c;
    note(a, "%s port 80: %s", metadata_address, s < 0 ? name_of(-s) : "connected");
    if (s < 0) return -s;
    close(s);
    return 0;
}

/* Another network namespace, whose loopback has the address, with a listener; nothing of it reaches the machine's own. */
int link_local(void) {
    struct sockaddr_storage at;
    struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING }, address = { .ifr_name = "lo:1" };
    if (unshare(CLONE_NEWNET)) return -1;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = address_of(&at, metadata_address, 0);
    memcpy(&address.ifr_addr, &at, sizeof address.ifr_addr);
    if (s < 0 || ioctl(s, SIOCSIFFLAGS, &up) || ioctl(s, SIOCSIFADDR, &address)) return -1;
    address_of(&at, metadata_address, 80);
    return bind(s, (struct sockaddr *) &at, length) || listen(s, 8);
}
