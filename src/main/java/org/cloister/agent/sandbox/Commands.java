package org.cloister.agent.sandbox;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.agent.cgroup.Cgroups;
import org.cloister.agent.linux.Errno;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.linux.SeqPacket;
import org.cloister.agent.linux.SyscallException;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.cloister.protocol.Slot;

/** Starts processes in one running tenant, through its exec service. */
public final class Commands {

    /** Bytes on their way to and from a command; what sshd's sockets hold. In 64 KiB it waits for the manager at every packet. */
    private static final int PIPE = 256 * 1024;

    private static final int SECONDS = 10;
    private static final int MOST_VARIABLES = 64;

    private final Slot slot;
    private final int initPid;
    private final long initStart;
    private final Path socket;
    private final Cgroups cgroups;

    Commands(Slot slot, Sandbox sandbox, Path socket, Cgroups cgroups) {
        this.slot = slot;
        this.initPid = sandbox.pid();
        this.initStart = sandbox.startTicks();
        this.socket = socket;
        this.cgroups = cgroups;
    }

    /**
     * A process that was started: its status connection, and our ends of its standard streams (input, output, error),
     * or the master of its terminal or our end of its socket alone.
     *
     * @param pid as the tenant counts
     */
    public record Started(SeqPacket status, List<Fd> streams, int pid) implements Closeable {

        @Override
        public void close() {
            status.close();
            streams.forEach(Fd::close);
        }
    }

    /**
     * A shell of a user of the tenant's.
     *
     * @param command null for a login shell
     * @param terminal null for pipes
     */
    public Started shell(String user, String command, Request.Terminal terminal, Map<String, String> environment)
            throws IOException, Refusal {
        if (environment.size() > MOST_VARIABLES)
            throw new Refusal(Reply.Reason.INVALID, "More than " + MOST_VARIABLES + " environment variables.");
        List<String> variables = new ArrayList<>();
        for (var variable : environment.entrySet()) {
            if (!variable.getKey().matches("[A-Za-z_][A-Za-z0-9_]{0,63}"))
                throw new Refusal(Reply.Reason.INVALID, "Not a name of an environment variable.");
            variables.add(variable.getKey() + "=" + variable.getValue());
        }
        // Without any, programs speak ASCII and databases are made for it. Every Debian has this one built in.
        if (!environment.containsKey("LANG")) variables.add("LANG=C.UTF-8");
        List<String> words = new ArrayList<>();
        words.add(command == null ? "shell" : "command");
        words.add(null); // the number of cgroup descriptors, known below
        words.add(terminal == null ? "pipes" : "tty");
        words.add(user);
        words.add(command == null ? "" : command);
        words.add(Integer.toString(variables.size()));
        words.addAll(variables);
        return start(words, terminal == null ? this::pipes : (ours, theirs) -> terminal(terminal, ours, theirs), null);
    }

    /** A program of ours, as the tenant's root, from a descriptor: no file of the tenant's is opened. */
    public Started program(Fd program, List<String> arguments) throws IOException, Refusal {
        List<String> words = new ArrayList<>(List.of("program", "", "pipes", "root", "", "0"));
        words.addAll(arguments);
        return start(words, this::pipes, program);
    }

    /** A program of ours, as a user of the tenant's, from a descriptor, that speaks over one stream socket. */
    public Started forwarder(Fd program, String user) throws IOException, Refusal {
        return start(
                new ArrayList<>(List.of("forward", "", "socket", user, "", "0", "ssh-forward")),
                Commands::socket,
                program);
    }

    /** Makes both ends of a process's streams, into lists whose descriptors are closed if it fails. */
    private interface Streams {
        void open(List<Fd> ours, List<Fd> theirs) throws IOException, Refusal;
    }

    private Started start(List<String> words, Streams streams, Fd program) throws IOException, Refusal {
        List<Fd> ours = new ArrayList<>();
        List<Fd> theirs = new ArrayList<>();
        List<Fd> entrances = cgroups.entrances(slot.cgroup());
        SeqPacket status = null;
        boolean started = false;
        try {
            streams.open(ours, theirs);
            words.set(1, Integer.toString(entrances.size()));
            List<Fd> sent = new ArrayList<>(entrances);
            sent.addAll(theirs);
            if (program != null) sent.add(program);
            status = SeqPacket.connect(socket.toString());
            status.send(sent, words);
            SeqPacket.Packet answer = status.receive(SECONDS);
            String text = answer == null ? "no answer" : answer.text().strip();
            if (!text.startsWith("started "))
                throw new Refusal(Reply.Reason.FAULT, "The tenant could not start a process: " + text + ".");
            started = true;
            return new Started(status, List.copyOf(ours), Integer.parseInt(text.substring(8)));
        } finally {
            entrances.forEach(Fd::close);
            theirs.forEach(Fd::close);
            if (!started) {
                ours.forEach(Fd::close);
                if (status != null) status.close();
            }
        }
    }

    /** The tenant's root owns them, so that /dev/stdout can be opened again inside (kernel.md). */
    private void pipes(List<Fd> ours, List<Fd> theirs) throws IOException {
        for (int stream = 0; stream < 3; stream++) {
            Fd[] ends = Linux.pipe();
            ours.add(ends[stream == 0 ? 1 : 0]);
            theirs.add(ends[stream == 0 ? 0 : 1]);
            Linux.fchown(theirs.getLast(), slot.firstUid(), slot.firstUid());
            if (stream < 2) Linux.widen(theirs.getLast(), PIPE);
        }
    }

    private static void socket(List<Fd> ours, List<Fd> theirs) throws IOException {
        Fd[] ends = Linux.socketPair();
        ours.add(ends[0]);
        theirs.add(ends[1]);
    }

    private void terminal(Request.Terminal size, List<Fd> ours, List<Fd> theirs) throws IOException, Refusal {
        try (Fd devpts = Terminals.devpts(initPid, initStart)) {
            Fd master = master(devpts);
            ours.add(master);
            Linux.ioctl(master, Linux.TIOCSPTLCK, new byte[4]);
            resize(master, size);
            theirs.add(Linux.ioctlOpen(master, Linux.TIOCGPTPEER, Linux.O_RDWR | Linux.O_NOCTTY | Linux.O_CLOEXEC));
        }
    }

    private static Fd master(Fd devpts) throws IOException, Refusal {
        try {
            return Linux.openat(devpts.number(), "ptmx", Linux.O_RDWR | Linux.O_NOCTTY | Linux.O_NOFOLLOW, 0);
        } catch (SyscallException e) {
            if (e.errno() != Errno.ENOSPC) throw e;
            throw new Refusal(
                    Reply.Reason.FULL, "All terminals that this tenant may have are in use. Log in without: ssh -T.");
        }
    }

    /** Sets a terminal's size; the kernel tells its foreground processes. */
    public static void resize(Fd master, Request.Terminal size) throws IOException {
        byte[] winsize = ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putShort((short) size.rows())
                .putShort((short) size.columns())
                .putShort((short) size.widthPixels())
                .putShort((short) size.heightPixels())
                .array();
        Linux.ioctl(master, Linux.TIOCSWINSZ, winsize);
    }
}
