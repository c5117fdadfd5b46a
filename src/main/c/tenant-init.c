/*
 * tenant-init: pid 1 of one tenant.
 *
 * It does only what must happen inside, because the kernel asks for a single-threaded process (user namespaces) or for
 * the tenant's own namespaces (proc, sysfs, pivot_root). What to do is decided by the agent, which sends one packet a
 * step; this program decides nothing.
 *
 * Started by the agent as host root with two descriptors, and everything else closed:
 *   3  the set-up conversation (SOCK_SEQPACKET): steps in, "ok" or "ERRNO what" out
 *   4  a listening SOCK_SEQPACKET socket: the exec service, bound where only the host's root can reach it
 *
 * Life: unshare time, clone3 into six more namespaces, report the pid, the outer half leaves. The inner half
 * follows the set-up steps until "go", then reaps, and runs the commands that arrive on the exec service. It is never
 * dumpable, so the tenant's root can neither trace it nor read its memory, descriptors or environment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* From the kernel's uapi headers, which musl does not ship: linux/{sched,mount,openat2,capability,filter}.h */
#define NEW_TIME 0x80
struct clone_arguments { uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; };
struct open_how { uint64_t flags, mode, resolve; };
enum { RESOLVE_NO_MAGICLINKS = 2, RESOLVE_NO_SYMLINKS = 4, RESOLVE_IN_ROOT = 16 };
struct mount_attributes { uint64_t set, clear, propagation, user_namespace; };
enum { TREE_CLONE = 1, FROM_EMPTY_PATH = 4, TO_EMPTY_PATH = 0x40 };
enum { CONFIG_STRING = 1, CONFIG_CREATE = 6 };
struct capability_header { uint32_t version; int pid; };
struct capability_data { uint32_t effective, permitted, inheritable; };
struct filter_program { unsigned short length; void *instructions; };

enum { CONTROL = 3, LISTENER = 4, PACKET = 65536, WORDS = 256, DESCRIPTORS = 24, SESSIONS = 1024 };

static int root = -1; /* the tenant's root mount, from "root" until "pivot" */

/* ---- packets ---------------------------------------------------------------------------------------------------- */

struct packet {
    char bytes[PACKET + 1];
    size_t length;
    char *word[WORDS]; /* the packet split at its NUL bytes */
    int words;
    int fd[DESCRIPTORS];
    int fds;
};

static void close_all(struct packet *p) {
    while (p->fds > 0) close(p->fd[--p->fds]);
}

/* Receives one packet; 0 at the end of the conversation, -1 for one that is malformed. */
static int receive(int from, struct packet *p) {
    union { struct cmsghdr align; char room[CMSG_SPACE(sizeof p->fd)]; } control;
    struct iovec part = { p->bytes, PACKET };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    ssize_t n;
    p->fds = p->words = 0;
    do n = recvmsg(from, &message, MSG_CMSG_CLOEXEC); while (n < 0 && errno == EINTR);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); n >= 0 && c; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        int count = (int) ((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < count && p->fds < DESCRIPTORS; i++) memcpy(&p->fd[p->fds++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
    if (n <= 0) return n < 0 ? -1 : 0;
    p->length = (size_t) n;
    p->bytes[n] = 0;
    for (size_t at = 0; at < p->length && p->words < WORDS; at += strlen(p->bytes + at) + 1) p->word[p->words++] = p->bytes + at;
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        close_all(p);
        return -1;
    }
    return 1;
}

static void say(int to, const char *text) {
    while (send(to, text, strlen(text), MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

/* ---- set-up: one function a step, 0 or -1 with errno ------------------------------------------------------------- */

/* A path in the tenant's tree, never out of it and through no link of the tenant's. */
static int inside(const char *path, uint64_t flags) {
    struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
    return (int) syscall(SYS_openat2, root, path, &how, sizeof how);
}

/* The directory that holds the last name of the path; *name points at that name. */
static int parent(char *path, char **name) {
    char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    if (!slash) return inside(".", O_PATH | O_DIRECTORY);
    *slash = 0;
    int directory = inside(path, O_PATH | O_DIRECTORY);
    *slash = '/';
    return directory;
}

static int attach_to(int mount, int target) {
    return (int) syscall(SYS_move_mount, mount, "", target, "", FROM_EMPTY_PATH | TO_EMPTY_PATH);
}

static int attach(int mount, const char *path) {
    int target = inside(path, O_PATH);
    if (target < 0) return -1;
    int result = attach_to(mount, target);
    close(target);
    return result;
}

/* Into the ids that the agent has mapped by now; opaque to the tenant from here on (kernel.md, proc(5) on dumpable). */
static int become_root(void) {
    if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0) || prctl(PR_SET_DUMPABLE, 0)) return -1;
    umask(022);
    /* The agent has put this process into its cgroup, so that the new namespace's root is the tenant's own. */
    if (unshare(CLONE_NEWCGROUP) || setsid() < 0) return -1;
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int take_root(struct packet *p) {
    if (p->fds != 1) return errno = EPROTO, -1;
    if (syscall(SYS_move_mount, p->fd[0], "", AT_FDCWD, p->word[1], FROM_EMPTY_PATH)) return -1;
    root = p->fd[0];
    p->fds = 0;
    return 0;
}

/* fresh TYPE PATH ATTRIBUTES [KEY VALUE]...: a file system that belongs to the namespaces of this process */
static int fresh(struct packet *p) {
    int context = (int) syscall(SYS_fsopen, p->word[1], 1), mount = -1, result = -1;
    if (context < 0) return -1;
    for (int i = 4; i + 1 < p->words; i += 2)
        if (syscall(SYS_fsconfig, context, CONFIG_STRING, p->word[i], p->word[i + 1], 0)) goto out;
    if (syscall(SYS_fsconfig, context, CONFIG_CREATE, NULL, NULL, 0)) goto out;
    mount = (int) syscall(SYS_fsmount, context, 1, strtoul(p->word[3], NULL, 0));
    if (mount >= 0) result = attach(mount, p->word[2]);
out:
    if (mount >= 0) close(mount);
    close(context);
    return result;
}

/* bind FROM TO ATTRIBUTES: a part of the tenant's tree shown at another place, or at its own with other attributes */
static int bind_mount(struct packet *p) {
    int from = inside(p->word[1], O_PATH), to = inside(p->word[2], O_PATH), copy = -1, result = -1;
    struct mount_attributes attributes = { .set = strtoul(p->word[3], NULL, 0) };
    if (from >= 0 && to >= 0) copy = (int) syscall(SYS_open_tree, from, "", TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH);
    if (copy >= 0 && !syscall(SYS_mount_setattr, copy, "", AT_EMPTY_PATH, &attributes, sizeof attributes)) result = attach_to(copy, to);
    int error = errno;
    close(copy);
    close(from);
    close(to);
    errno = error;
    return result;
}

static int make(char *path, int (*how)(int, const char *, struct packet *), struct packet *p) {
    char *name;
    int directory = parent(path, &name);
    if (directory < 0) return -1;
    int result = how(directory, name, p);
    close(directory);
    return result;
}

static int make_directory(int at, const char *name, struct packet *p) {
    mode_t mode = (mode_t) strtoul(p->word[2], NULL, 8);
    if (mkdirat(at, name, mode)) return errno == EEXIST ? 0 : -1;
    return fchmodat(at, name, mode, 0);
}

static int make_link(int at, const char *name, struct packet *p) { return symlinkat(p->word[2], at, name); }

static int put(struct packet *p) {
    int file = inside(p->word[1], O_WRONLY | O_NONBLOCK), result = -1;
    if (file < 0) return -1;
    if (write(file, p->word[2], strlen(p->word[2])) >= 0) result = 0;
    close(file);
    return result;
}

static int pivot(void) {
    if (fchdir(root) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/")) return -1;
    int done = root;
    root = -1;
    return close(done);
}

static int loopback_up(void) {
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0) return -1;
    int result = ioctl(s, SIOCSIFFLAGS, &request);
    close(s);
    return result;
}

/* Capabilities that this process and all it will ever start may hold; inheritable and ambient stay empty. */
static int keep_capabilities(uint64_t keep) {
    for (int c = 0; c < 64; c++)
        if (!(keep >> c & 1) && prctl(PR_CAPBSET_DROP, c) && errno != EINVAL) return -1; /* EINVAL: beyond the last */
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)) return -1;
    struct capability_header header = { 0x20080522, 0 }; /* version 3 */
    struct capability_data data[2] = { { (uint32_t) keep, (uint32_t) keep, 0 }, { (uint32_t) (keep >> 32), (uint32_t) (keep >> 32), 0 } };
    return (int) syscall(SYS_capset, &header, data);
}

/* seccomp: the rest of the packet is the program. Loaded while CAP_SYS_ADMIN is held, so without no_new_privs. */
static int load_filter(struct packet *p) {
    size_t skip = strlen("seccomp") + 1;
    struct filter_program program = { (unsigned short) ((p->length - skip) / 8), p->bytes + skip };
    return (int) syscall(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, &program);
}

static int step(struct packet *p) {
    static const struct { const char *name; int words; } known[] = {
        { "become-root", 1 }, { "root", 2 }, { "attach", 2 }, { "fresh", 4 }, { "bind", 4 }, { "directory", 3 },
        { "link", 3 }, { "put", 3 }, { "pivot", 1 }, { "hostname", 2 }, { "loopback", 1 }, { "capabilities", 2 },
        { "seccomp", 2 },
    };
    int which = 0, count = sizeof known / sizeof *known;
    while (which < count && strcmp(p->word[0], known[which].name)) which++;
    if (which == count || p->words < known[which].words) return errno = EPROTO, -1;
    switch (which) {
        case 0: return become_root();
        case 1: return take_root(p);
        case 2: return p->fds == 1 ? attach(p->fd[0], p->word[1]) : (errno = EPROTO, -1);
        case 3: return fresh(p);
        case 4: return bind_mount(p);
        case 5: return make(p->word[1], make_directory, p);
        case 6: return make(p->word[1], make_link, p);
        case 7: return put(p);
        case 8: return pivot();
        case 9: return sethostname(p->word[1], strlen(p->word[1]));
        case 10: return loopback_up();
        case 11: return keep_capabilities(strtoull(p->word[1], NULL, 16));
        default: return load_filter(p);
    }
}

static void set_up(struct packet *p) {
    for (;;) {
        char answer[64] = "ok";
        if (receive(CONTROL, p) <= 0 || !p->words) _exit(1); /* the agent is gone, or has given up */
        if (!strcmp(p->word[0], "go")) break;
        if (step(p)) snprintf(answer, sizeof answer, "%d", errno);
        close_all(p);
        say(CONTROL, answer);
    }
    say(CONTROL, "ok");
    close(CONTROL);
}

/* ---- the exec service -------------------------------------------------------------------------------------------- */

/*
 * One connection is one session. Its first packet is the command:
 *   MODE CGROUPS TTY USER COMMAND COUNT (NAME=VALUE)... ARGUMENT...
 * MODE is shell (a login shell), command (COMMAND given to the user's shell), program (the last descriptor is executed
 * with the arguments, by root; no file of the tenant's is opened) or forward (the same, by USER). With it come CGROUPS
 * descriptors of cgroup.procs files, then the terminal's slave (TTY is "tty"), one socket or three pipes. Answers:
 * "started PID", then "exited STATUS" or "killed SIGNAL". Later packets: "signal NUMBER", to the session's process group.
 */
struct session { pid_t pid; };

static void refuse(const char *what) {
    dprintf(2, "cloister: %s: %s\n", what, strerror(errno));
    _exit(127);
}

static void sorry(const char *sentence, const char *what) { _exit(dprintf(2, sentence, what) < 0 ? 126 : 127); }

/* What is read to become a user: as a fifo it would take this session's time, and all its memory where it has no end. */
static void ordinary(const char *path) {
    struct stat file;
    if (!stat(path, &file) && (!S_ISREG(file.st_mode) || file.st_size > 1 << 20)) sorry("cloister: %s in this tenant is no file of ordinary size\n", path);
}

static void become_user(struct packet *p, struct passwd *user, int tty) {
    alarm(10); /* where nscd never answers, or these files change meanwhile, this session ends; pid 1 is not here */
    ordinary("/etc/passwd");
    ordinary("/etc/group");
    struct passwd *entry = getpwnam(p->word[3]);
    if (!entry) sorry("cloister: there is no user %s in this tenant\n", p->word[3]);
    *user = *entry;
    for (int fd = 0; fd < 3; fd++) /* so that /dev/stdout can be opened again; the agent made root the owner */
        if (fchown(fd, user->pw_uid, tty ? 5 : user->pw_gid) && errno != EPERM) refuse("standard streams");
    if (initgroups(user->pw_name, user->pw_gid) || setresgid(user->pw_gid, user->pw_gid, user->pw_gid)
        || setresuid(user->pw_uid, user->pw_uid, user->pw_uid)) refuse("user");
    alarm(0);
}

static void run_shell(struct packet *p, int variables, int tty) {
    struct passwd user;
    become_user(p, &user, tty);
    const char *shell = user.pw_shell && *user.pw_shell ? user.pw_shell : "/bin/sh", *base = strrchr(shell, '/');
    clearenv();
    setenv("PATH", user.pw_uid ? "/usr/local/bin:/usr/bin:/bin:/usr/games" : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    for (int i = 0; i < variables; i++) putenv(p->word[6 + i]);
    setenv("HOME", user.pw_dir, 1);
    setenv("USER", user.pw_name, 1);
    setenv("LOGNAME", user.pw_name, 1);
    setenv("SHELL", shell, 1);
    if (chdir(user.pw_dir) && chdir("/")) refuse("/");
    char login[256];
    snprintf(login, sizeof login, "-%s", base ? base + 1 : shell);
    if (!strcmp(p->word[0], "shell")) execl(shell, login, (char *) NULL);
    else execl(shell, base ? base + 1 : shell, "-c", p->word[4], (char *) NULL);
    refuse(shell);
}

static void child(struct packet *p, int cgroups, int variables) {
    int tty = !strcmp(p->word[2], "tty"), forward = !strcmp(p->word[0], "forward"), program = forward || !strcmp(p->word[0], "program");
    int streams = p->fds - cgroups - program;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    for (int i = 0; i < 3; i++)
        if (dup2(p->fd[cgroups + (streams == 1 ? 0 : i)], i) < 0) _exit(127);
    for (int i = 0; i < cgroups; i++) /* the agent opened them: its credentials count (kernel.md) */
        if (write(p->fd[i], "0", 1) < 0) refuse("cgroup");
    if (tty && ioctl(0, TIOCSCTTY, 0)) refuse("terminal");
    if (program) {
        char *environment[] = { NULL }, **arguments = p->word + 6 + variables;
        struct passwd user;
        if (forward) become_user(p, &user, tty);
        p->word[p->words] = NULL;
        syscall(SYS_execveat, p->fd[p->fds - 1], "", arguments, environment, AT_EMPTY_PATH);
        refuse("program");
    }
    run_shell(p, variables, tty);
}

/* The pid of the new session, or 0 when the request makes no sense. */
static pid_t start(struct packet *p) {
    if (p->words < 6 || p->words >= WORDS) return 0;
    int cgroups = atoi(p->word[1]), variables = atoi(p->word[5]);
    int program = !strcmp(p->word[0], "program") || !strcmp(p->word[0], "forward");
    int streams = p->fds - cgroups - program;
    if (cgroups < 0 || variables < 0 || variables > WORDS || 6 + variables + program > p->words || (streams != 1 && streams != 3)) return 0;
    for (int i = 0; i < p->fds; i++) {
        struct stat status; /* a directory of the host in here would be a way out (CVE-2024-21626) */
        if (fstat(p->fd[i], &status) || S_ISDIR(status.st_mode)) return 0;
    }
    pid_t pid = fork();
    if (!pid) child(p, cgroups, variables);
    return pid > 0 ? pid : 0;
}

static void reap(struct session *sessions, struct pollfd *watched, int count) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (int i = 2; i < count; i++) {
            if (sessions[i].pid != pid) continue;
            char text[32];
            snprintf(text, sizeof text, WIFEXITED(status) ? "exited %d" : "killed %d", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
            say(watched[i].fd, text);
            close(watched[i].fd);
            watched[i].fd = -1;
        }
}

/* One packet of a session; 0 when the connection is over. */
static int attend(int connection, struct session *session, struct packet *p) {
    if (receive(connection, p) <= 0 || !p->words) return 0;
    if (session->pid) {
        int number;
        if (p->words == 1 && sscanf(p->word[0], "signal %d", &number) == 1 && number > 0 && number < 65) kill(-session->pid, number);
    } else {
        char text[32];
        session->pid = start(p);
        snprintf(text, sizeof text, session->pid ? "started %d" : "refused", session->pid);
        say(connection, text);
    }
    close_all(p);
    return session->pid != 0;
}

static void serve(struct packet *p) {
    static struct pollfd watched[SESSIONS];
    static struct session sessions[SESSIONS];
    int count = 2;
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    signal(SIGPIPE, SIG_IGN);
    watched[0] = (struct pollfd) { LISTENER, POLLIN, 0 };
    watched[1] = (struct pollfd) { signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, 0 };
    for (;;) {
        watched[0].events = count < SESSIONS ? POLLIN : 0;
        if (poll(watched, (nfds_t) count, -1) < 0) continue;
        for (int i = 2; i < count; i++)
            if (watched[i].revents && !attend(watched[i].fd, &sessions[i], p)) {
                close_all(p);
                close(watched[i].fd); /* the process goes on; a terminal's hang-up is the kernel's business */
                watched[i].fd = -1;
            }
        if (watched[1].revents) {
            struct signalfd_siginfo ignored[16];
            while (read(watched[1].fd, ignored, sizeof ignored) > 0) {}
            reap(sessions, watched, count);
        }
        if (watched[0].revents && count < SESSIONS) {
            int connection = accept4(LISTENER, NULL, NULL, SOCK_CLOEXEC);
            if (connection >= 0) {
                watched[count] = (struct pollfd) { connection, POLLIN, 0 };
                sessions[count++].pid = 0;
            }
        }
        for (int i = 2; i < count;) {
            if (watched[i].fd >= 0) { i++; continue; }
            watched[i] = watched[--count];
            sessions[i] = sessions[count];
        }
    }
}

/* ---- start ------------------------------------------------------------------------------------------------------- */

/* The tenant's clocks start at its own start. Offsets can be written only before anything lives in the namespace. */
static int own_clocks(void) {
    struct timespec monotonic, boot;
    if (unshare(NEW_TIME) || clock_gettime(CLOCK_MONOTONIC, &monotonic) || clock_gettime(CLOCK_BOOTTIME, &boot)) return -1;
    int file = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    int written = dprintf(file, "monotonic -%ld 0\nboottime -%ld 0\n", (long) monotonic.tv_sec, (long) boot.tv_sec);
    close(file);
    return written < 0 ? -1 : 0;
}

/*
 * The user namespace shall belong to the tenant's own uid: the kernel charges what is made in it (inotify, namespaces,
 * queued signals) to its owner as well, and with root for an owner one tenant could use up every other's (ucounts).
 * SECBIT_NO_SETUID_FIXUP keeps the capabilities meanwhile; the new namespace starts without it.
 */
static int own_uid(uid_t first) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files)) return -1;
    if (files.rlim_max > 524288) files.rlim_max = 524288;
    if (files.rlim_cur > 1024) files.rlim_cur = 1024; /* programs that use select(2) write beyond it */
    if (setrlimit(RLIMIT_NOFILE, &files)) return -1;
    return prctl(PR_SET_SECUREBITS, 4, 0, 0, 0) || setresuid((uid_t) -1, first, (uid_t) -1) ? -1 : 0;
}

static void give_up(const char *what) {
    char text[64];
    snprintf(text, sizeof text, "%d %s", errno, what);
    say(CONTROL, text);
    _exit(1);
}

int main(int argc, char **argv) {
    static struct packet packet;
    char text[32];
    if (argc != 2) return 2;
    if (syscall(SYS_close_range, LISTENER + 1, ~0U, 0)) give_up("close_range");
    fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
    fcntl(LISTENER, F_SETFD, FD_CLOEXEC);
    if (own_clocks()) give_up("unshare(CLONE_NEWTIME)");
    if (own_uid((uid_t) strtoul(argv[1], NULL, 10))) give_up("setresuid");
    struct clone_arguments arguments = {
        .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC,
        .exit_signal = SIGCHLD,
    };
    long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid < 0) give_up("clone3");
    if (pid > 0) {
        snprintf(text, sizeof text, "pid %ld", pid);
        say(CONTROL, text);
        _exit(0);
    }
    memset(argv[1], 0, strlen(argv[1])); /* what the tenant reads of this process says nothing of the host */
    set_up(&packet);
    serve(&packet);
}
