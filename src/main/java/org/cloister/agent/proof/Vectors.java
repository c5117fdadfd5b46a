package org.cloister.agent.proof;

import java.util.ArrayList;
import java.util.List;

/**
 * The catalogue: every vector, in the order in which reports have them.
 *
 * <p>Controls are those of PCI DSS v4.0, ISO/IEC 27001:2022, ISO/IEC 27017:2015 and NIST SP 800-53 rev. 5.
 */
final class Vectors {

    private static final String[] PROCESSES = {
        "PCI DSS A1.1.1", "ISO 27017 CLD.9.5.1", "NIST 800-53 SC-39", "NIST 800-53 SC-4"
    };
    private static final String[] FILES = {
        "PCI DSS A1.1.2", "ISO 27001 A.8.3", "ISO 27017 CLD.9.5.1", "NIST 800-53 AC-3", "NIST 800-53 SC-4"
    };
    private static final String[] IPC = {
        "PCI DSS A1.1.1", "ISO 27017 CLD.9.5.1", "NIST 800-53 SC-39", "NIST 800-53 SC-4"
    };
    private static final String[] NETWORK = {
        "PCI DSS A1.1.1", "ISO 27001 A.8.22", "ISO 27017 CLD.9.5.1", "NIST 800-53 SC-7"
    };
    private static final String[] KERNEL = {
        "PCI DSS A1.1.3", "ISO 27001 A.8.2", "ISO 27017 CLD.9.5.2", "NIST 800-53 AC-6", "NIST 800-53 SC-39"
    };

    private static final String PID = "pid namespace: no process of another tenant has a number here";
    private static final String ROOT = "mount namespace and pivot_root: no path leads to another's root file system";
    private static final String MEMORY = PID + "; user namespace: no rights over a process outside";
    private static final String IPC_SPACE = "ipc namespace: such objects of others have no name here";
    private static final String PATHS = "mount namespace: another's tmpfs has no path here";
    private static final String LINK =
            "network namespace: loopback is the tenant's own; the hub forwards nothing between tenants or to the machine";
    private static final String MOUNTS = "system call filter, and no CAP_SYS_ADMIN over its mounts";
    private static final String BTRFS = "system call filter: of btrfs's ioctls only harmless ones";
    private static final String FILTER = "system call filter";
    private static final String MACHINES = "system call filter, and no capability in the machine's own user namespace";
    private static final String OWNERS = "user namespace: the file belongs to the machine's root, who is nobody here";
    private static final String SOCKETS = "system call filter: no sockets but those that programs need";

    static final List<Vector> ALL = new Rows()
            .at(Vector.Group.PROCESSES, PROCESSES)
            .canary("see", "Looks for the process in /proc.", PID)
            .canary("pidfd", "Opens a descriptor of the process and sends signal 0 through it.", PID)
            .canary("ptrace", "Attaches to the process as a debugger does.", MEMORY)
            .secret("environ", "Reads the secret in its environment, /proc/PID/environ.", MEMORY)
            .secret("proc-root", "Reads the secret file through /proc/PID/root.", MEMORY)
            .secret("proc-mem", "Reads the secret in its memory, /proc/PID/mem.", MEMORY)
            .secret("proc-fd", "Reads the secret file through its open descriptor, /proc/PID/fd.", MEMORY)
            .secret("process-vm", "Reads the secret in its memory by process_vm_readv.", MEMORY)
            .canary("priority", "Sets its priority, to what it is.", PID)
            .canary("affinity", "Sets the processors that it may run on, to what they are.", PID)
            .canary(
                    "signal",
                    "Sends SIGKILL to the process; where it is not seen, signal 0 to its number on the host.",
                    MEMORY)
            .machine(
                    "setns",
                    "Joins a namespace of a process of the machine's, by a descriptor of it and by /proc/PID/ns; then its own anew.",
                    PID + "; " + FILTER + ", and no CAP_SYS_ADMIN")
            .at(Vector.Group.FILES, FILES)
            .secret(
                    "read",
                    "Reads the secret file by its path, through /proc/PID/root, and by its path on the host.",
                    ROOT)
            .secret("open-directory", "Reads a file in a directory of /tmp that is open to everybody.", PATHS)
            .secret(
                    "chroot-escape",
                    "Leaves its root directory by changing it twice, then reads the secret file.",
                    ROOT + "; above the top of a mount namespace there is nothing")
            .canary(
                    "sweep",
                    "Reads what can be read below /proc, /sys, /dev, /run and /tmp for the canary's tag and the tenant's id.",
                    "masks over /proc and /sys, and a namespace of each kind of its own")
            .machine(
                    "file-handle",
                    "Opens the root directory by its number, past every path.",
                    FILTER + ", and no CAP_DAC_READ_SEARCH over the file system")
            .machine(
                    "mknod",
                    "Makes a block device in its own /tmp.",
                    "user namespace: no CAP_MKNOD for the machine's devices")
            .machine(
                    "block-device",
                    "Opens a disk of the machine in /dev for reading.",
                    "a /dev of its own, without disks")
            .machine("mount", "Mounts a file system, of a type that there is not.", MOUNTS)
            .machine("umount", "Takes a mount away, as it would a mask over /proc; one that is none.", MOUNTS)
            .machine("remount", "Makes a mask writable; one that is none.", MOUNTS)
            .machine("pivot-root", "Changes the root of its mount namespace, to nowhere.", MOUNTS)
            .machine("fsopen", "Makes a file system by the newer calls, of a type that there is not.", MOUNTS)
            .machine("open-tree", "Takes a copy of a mount as a descriptor, of nowhere.", MOUNTS)
            .machine("btrfs-subvolume", "Makes a subvolume, outside its quota; with a name that is none.", BTRFS)
            .machine("btrfs-snapshot", "Takes a snapshot of its root; with a name that is none.", BTRFS)
            .machine("btrfs-qgroup", "Has another's quota billed for a subvolume; with a list that is none.", BTRFS)
            .at(Vector.Group.IPC, IPC)
            .secret("sysv-shm", "Reads the secret in System V shared memory, by its key.", IPC_SPACE)
            .secret("sysv-sem", "Reads the secret in System V semaphores, by their key.", IPC_SPACE)
            .secret("sysv-msg", "Takes the secret from a System V message queue, by its key.", IPC_SPACE)
            .secret("posix-shm", "Reads the secret in POSIX shared memory, by its name.", PATHS)
            .secret("posix-mq", "Takes the secret from a POSIX message queue, by its name.", IPC_SPACE)
            .secret(
                    "abstract-socket",
                    "Asks the canary by the name of its abstract socket.",
                    "network namespace: such names of others do not exist here")
            .secret("named-socket", "Asks the canary by the path of its socket, and through /proc/PID/root.", PATHS)
            .secret(
                    "keyring",
                    "Reads the secret from the kernel's key of that number.",
                    FILTER + ": keys are out of reach")
            .at(Vector.Group.NETWORK, NETWORK)
            .secret("tcp4", "Asks the canary by TCP over IPv4, at its address and on loopback.", LINK)
            .secret("tcp6", "Asks the canary by TCP over IPv6, at its address and on loopback.", LINK)
            .secret("udp4", "Asks the canary by UDP over IPv4, at its address and on loopback.", LINK)
            .secret("udp6", "Asks the canary by UDP over IPv6, at its address and on loopback.", LINK)
            .canary("ping", "Sends the canary's address an ICMP echo.", LINK)
            .machine("raw-socket", "Opens a socket for IP packets of its own make, false sources among them.", SOCKETS)
            .machine("packet-socket", "Opens a socket for whole packets, to listen and to forge.", SOCKETS)
            .machine("packet-filter", "Opens a socket to the kernel's packet filter.", SOCKETS)
            .machine(
                    "metadata",
                    "Connects to the address of clouds' metadata services, 169.254.169.254.",
                    "the hub refuses link-local addresses",
                    Vector.BrokenIn.LINK_LOCAL)
            .at(Vector.Group.KERNEL, KERNEL)
            .machine("hostname", "Sets the machine's name, to what it is.", MACHINES)
            .machine("clock", "Sets the clock, to nothing.", MACHINES)
            .machine("reboot", "Restarts the machine, with the wrong magic numbers.", MACHINES)
            .machine("module", "Loads a kernel module, of no bytes.", MACHINES)
            .machine("kexec", "Loads another kernel, with a flag that there is not.", MACHINES)
            .machine("bpf", "Makes a map of the kernel's BPF machine.", FILTER)
            .machine("perf", "Counts what every process does on a processor.", FILTER)
            .machine("userfaultfd", "Asks to handle page faults, which kernel exploits are built on.", FILTER)
            .machine("io-uring", "Makes an io_uring, past which filters do not see.", FILTER)
            .machine("core-pattern", "Opens for writing what the machine's root runs when a process crashes.", OWNERS)
            .machine("sysrq", "Opens the magic system request key for writing.", OWNERS)
            .machine("kernel-log", "Asks for the kernel's log.", MACHINES)
            .machine("swap", "Has the machine swap to a file, which there is not.", MACHINES)
            .machine(
                    "unmapped-user",
                    "Becomes a user outside its own range of ids.",
                    "user namespace: an id that is not mapped cannot be taken")
            .machine(
                    "user-namespace",
                    "Makes a user namespace, in which it would hold every capability.",
                    FILTER,
                    Vector.BrokenIn.NOTHING)
            .machine("capability", "Takes CAP_SYS_ADMIN back.", "bounding set: what was given up stays so")
            .machine(
                    "own-limits",
                    "Opens for writing the files of its own limits, and of any others that it sees.",
                    OWNERS)
            .machine(
                    "release-agent",
                    "Opens for writing what the machine's root runs when a cgroup becomes empty.",
                    "cgroup namespace: the top of the tree, where that file is, lies outside")
            .machine(
                    "pid-1",
                    "Opens memory, environment and maps of pid 1, which starts every command.",
                    "pid 1 is not dumpable, and was executed outside",
                    Vector.BrokenIn.OPEN_INIT)
            .rows();

    private Vectors() {}

    private static final class Rows {

        private final List<Vector> rows = new ArrayList<>();
        private Vector.Group group;
        private List<String> controls;

        Rows at(Vector.Group group, String... controls) {
            this.group = group;
            this.controls = List.of(controls);
            return this;
        }

        Rows canary(String name, String tries, String stoppedBy) {
            return add(name, Vector.Against.EVERYONE, tries, stoppedBy, Vector.BrokenIn.CHROOT, false);
        }

        Rows secret(String name, String tries, String stoppedBy) {
            return add(name, Vector.Against.EVERYONE, tries, stoppedBy, Vector.BrokenIn.CHROOT, true);
        }

        Rows machine(String name, String tries, String stoppedBy) {
            return machine(name, tries, stoppedBy, Vector.BrokenIn.CHROOT);
        }

        Rows machine(String name, String tries, String stoppedBy, Vector.BrokenIn brokenIn) {
            return add(name, Vector.Against.MACHINE, tries, stoppedBy, brokenIn, false);
        }

        private Rows add(
                String name,
                Vector.Against against,
                String tries,
                String stoppedBy,
                Vector.BrokenIn brokenIn,
                boolean secret) {
            rows.add(new Vector(name, group, against, tries, stoppedBy, brokenIn, controls, secret));
            return this;
        }

        List<Vector> rows() {
            return List.copyOf(rows);
        }
    }
}
