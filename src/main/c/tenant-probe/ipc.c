/* Vectors at what processes share without a file. Messages that are taken are put back. */
#include "probe.h"
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

static key_t key_of(const struct canary *c) { return (key_t) number_of(c, "key"); }

int shared_memory(const struct canary *c, struct attempt *a) {
    int id = shmget((key_t) number_of(c, "shm"), 0, 0);
    int error = said(a, "shmget", id);
    if (error) return error;
    void *memory = shmat(id, NULL, SHM_RDONLY);
    if (memory == (void *) -1) return said(a, "shmat", -1);
    error = got(a, memory, SECRET);
    shmdt(memory);
    return error;
}

/* Three digits of the secret in each semaphore. */
int semaphores(const struct canary *c, struct attempt *a) {
    char digits[SECRET + 1];
    int id = semget((key_t) number_of(c, "sem"), 0, 0);
    int error = said(a, "semget", id);
    if (error) return error;
    for (int i = 0; i < SECRET / 3; i++) {
        int value = semctl(id, i, GETVAL);
        if (value < 0) return said(a, "semctl(GETVAL)", -1);
        snprintf(digits + 3 * i, 4, "%03x", value & 0xfff);
    }
    return got(a, digits, SECRET);
}

int messages(const struct canary *c, struct attempt *a) {
    struct { long type; char text[SECRET]; } message;
    int id = msgget((key_t) number_of(c, "msg"), 0);
    int error = said(a, "msgget", id);
    if (error) return error;
    ssize_t n = msgrcv(id, &message, sizeof message.text, 0, IPC_NOWAIT | MSG_NOERROR);
    if (n < 0) return said(a, "msgrcv", -1);
    msgsnd(id, &message, (size_t) n, IPC_NOWAIT);
    return got(a, message.text, n);
}

int posix_memory(const struct canary *c, struct attempt *a) { return read_at(of(c, "posix-shm"), a); }

int posix_messages(const struct canary *c, struct attempt *a) {
    char text[SECRET];
    int queue = (int) syscall(SYS_mq_open, of(c, "posix-mq"), O_RDWR | O_NONBLOCK, 0, NULL);
    int error = said(a, "mq_open", queue);
    if (error) return error;
    ssize_t n = syscall(SYS_mq_timedreceive, queue, text, sizeof text, NULL, NULL);
    if (n < 0) return said(a, "mq_receive", -1);
    syscall(SYS_mq_timedsend, queue, text, (size_t) n, 0, NULL);
    return got(a, text, n);
}

static int ask(const struct sockaddr_un *address, socklen_t length, const char *what, struct attempt *a) {
    static const struct timeval patience = { 0, 500000 };
    char bytes[SECRET];
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int error = said(a, what, connect(s, (const struct sockaddr *) address, length));
    if (!error) error = got(a, bytes, recv(s, bytes, sizeof bytes, MSG_WAITALL));
    close(s);
    return error;
}

int abstract_socket(const struct canary *c, struct attempt *a) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int n = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s", of(c, "abstract"));
    return ask(&address, (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + (size_t) n), "connect", a);
}

int named_socket(const struct canary *c, struct attempt *a) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = of(c, "named");
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int error = ask(&address, sizeof address, address.sun_path, a);
    int through = c->seen ? c->seen : c->pid;
    if (!error || snprintf(address.sun_path, sizeof address.sun_path, "/proc/%d/root%s", through, path) >= (int) sizeof address.sun_path) return error;
    return ask(&address, sizeof address, address.sun_path, a);
}

int keyring(const struct canary *c, struct attempt *a) {
    char bytes[SECRET];
    long n = syscall(SYS_keyctl, 11 /* KEYCTL_READ */, key_of(c), bytes, sizeof bytes, 0);
    int error = said(a, "keyctl(KEYCTL_READ)", n);
    return error ? error : got(a, bytes, n);
}
