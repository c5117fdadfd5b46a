/* What the parts of tenant-probe share; probe.c says what it is. */
#ifndef PROBE_H
#define PROBE_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAIRS = 48, SECRET = 48 /* hexadecimal digits */ };

/* One that somebody planted, as KEY=VALUE pairs; !KEY=WHY for what could not be planted. */
struct canary {
    char *pair[PAIRS];
    int pairs;
    int pid;  /* as the host counts */
    int seen; /* the pid under which this process sees it, 0 if it does not */
};

/* What one try brought to light: words for people, and bytes read, in hexadecimal, for whoever knows the secret. */
struct attempt {
    char detail[1024];
    char data[2 * SECRET + 1];
};

extern int owner; /* the canary's own tenant asks */
int attack_as_owner(const struct canary *); /* probe.c: by every vector; the exit status */

/* A vector: 0 when the canary was reached, else what the kernel answered. */
typedef int vector(const struct canary *, struct attempt *);

const char *of(const struct canary *, const char *key); /* NULL where it was not planted */
long number_of(const struct canary *, const char *key);
void note(struct attempt *, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *name_of(int error);
int said(struct attempt *, const char *call, long result); /* notes what a call answered: 0, or errno */
int got(struct attempt *, const void *bytes, long length); /* keeps what was read; ENODATA for nothing */
int read_at(const char *path, struct attempt *);

/*
 * The same for a call whose arguments make no sense on purpose: the kernel looks at the permission first, so that an
 * answer that is about the nonsense says that the call would have gone through.
 */
int said_of_nonsense(struct attempt *, const char *call, long result, int nonsense);

int keep_canary(char *line);  /* canary.c: plants, and sits until its standard input ends */
int sit(const char *secret);  /* canary.c: the process that is to be reached */
void sweep(const struct canary *, int count, struct attempt *, int *outcomes); /* sweep.c */
int exhaust(char **words);    /* exhaust.c: the address, the ways, NULL; the exit status */
int pulse(long millis, long every); /* pulse.c: the exit status */
int link_local(void);         /* network.c: a network in which the metadata address answers */

/* processes.c */
vector see, pidfd, ptrace_attach, process_environment, process_root, process_memory, process_descriptor, process_vm, priority, affinity,
    send_signal, join_namespace;
/* files.c */
vector read_secret, open_directory, chroot_escape, open_by_handle, make_node, block_device, mount_anything, unmount, remount, pivot, new_mount,
    clone_mount, subvolume, snapshot, bill_another;
/* ipc.c */
vector shared_memory, semaphores, messages, posix_memory, posix_messages, abstract_socket, named_socket, keyring;
/* network.c */
vector tcp4, tcp6, udp4, udp6, ping, raw_socket, packet_socket, packet_filter, metadata;
/* kernel.c */
vector hostname, clock_set, reboot_machine, load_module, load_kernel, load_bpf, count_events, fault_handler, io_ring, core_pattern, magic_keys,
    kernel_log, swap_on, unmapped_user, user_namespace, regain_capability, own_limits, release_agent, first_process;
#endif
