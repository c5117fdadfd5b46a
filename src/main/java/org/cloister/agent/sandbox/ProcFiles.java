package org.cloister.agent.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.protocol.Inspection;

/** What /proc tells of processes (proc(5)). Reads may find a process gone; that is an empty answer, not an error. */
public final class ProcFiles {

    /** Names in /proc/PID/ns, in the order they are shown. */
    public static final List<String> NAMESPACES = List.of("user", "pid", "mnt", "net", "ipc", "uts", "cgroup", "time");

    private static final int LONGEST = 16_384;
    private static final int WHOLE = 16 << 20;

    /** The same for as long as this runs. */
    private static volatile String bootId;

    private ProcFiles() {}

    public static String bootId() throws IOException {
        if (bootId == null)
            bootId =
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        return bootId;
    }

    /** Seconds since boot, the unit of /proc/PID/stat's times but for its hundredths. */
    static double uptime() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    }

    /** Start of a process in clock ticks since boot; -1 when there is none, or only a zombie. */
    public static long startTicks(int pid) throws IOException {
        return read(pid, "stat").map(ProcFiles::startTicks).orElse(-1L);
    }

    /** From the text of /proc/PID/stat. The second field may hold blanks and parentheses: count from the last one. */
    static long startTicks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return fields[0].equals("Z") || fields[0].equals("X") ? -1 : Long.parseLong(fields[19]);
    }

    /** What a process or thread does (proc_pid_stat(5)): R runs or could, D waits for a disk; X where there is none. */
    static char state(int pid) throws IOException {
        return read(pid, "stat").map(ProcFiles::state).orElse('X');
    }

    static char state(String stat) {
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }

    /** Kind to inode; empty when the process is gone. */
    public static Map<String, Long> namespaces(int pid) throws IOException {
        Map<String, Long> inodes = new LinkedHashMap<>();
        for (String kind : NAMESPACES) {
            try {
                String target = Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid), "ns", kind))
                        .toString(); // such as net:[4026531840]
                inodes.put(kind, Long.parseLong(target.substring(target.indexOf('[') + 1, target.length() - 1)));
            } catch (FileSystemException e) { // it ends: no such file, or no such process, or its credentials are gone
                if (startTicks(pid) < 0) return Map.of();
                throw e;
            }
        }
        return inodes;
    }

    /** With one blank where there are several. */
    public static List<String> lines(int pid, String file) throws IOException {
        return read(pid, file)
                .map(text -> text.lines().map(ProcFiles::spaced).toList())
                .orElse(List.of());
    }

    /** By hand: an audit reads some hundred thousand lines. */
    static String spaced(String line) {
        StringBuilder spaced = new StringBuilder(line.length());
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (!Character.isWhitespace(c)) spaced.append(c);
            else if (!spaced.isEmpty() && spaced.charAt(spaced.length() - 1) != ' ') spaced.append(' ');
        }
        if (!spaced.isEmpty() && spaced.charAt(spaced.length() - 1) == ' ') spaced.setLength(spaced.length() - 1);
        return spaced.toString();
    }

    /** The number that a process has in the innermost of its pid namespaces (NSpid, proc_pid_status(5)); -1 when it is gone. */
    static int numberInside(int pid) throws IOException {
        for (String line : lines(pid, "status"))
            if (line.startsWith("NSpid: ")) return Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
        return -1;
    }

    /**
     * @param firstUid of the tenant's range, to tell the uid inside
     * @param whole with its command line, which alone may have to be waited for
     */
    static Optional<Inspection.Process> process(int pid, long firstUid, boolean whole) throws IOException {
        Optional<String> status = read(pid, "status");
        if (status.isEmpty()) return Optional.empty();
        String command =
                whole ? read(pid, "cmdline").orElse("").replace('\0', ' ').strip() : "";
        return Optional.of(process(pid, firstUid, status.get(), command));
    }

    static Inspection.Process process(int pid, long firstUid, String status, String command) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : status.lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0)
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        String[] inside = fields.getOrDefault("NSpid", "0").split("\\s+");
        long uid = Long.parseLong(fields.getOrDefault("Uid", "0").split("\\s+")[0]);
        String memory = fields.getOrDefault("VmRSS", "0 kB").split("\\s+")[0];
        String shown = command.isEmpty() ? "[" + fields.getOrDefault("Name", "?") + "]" : command;
        return new Inspection.Process(
                pid,
                Integer.parseInt(inside[inside.length - 1]),
                uid,
                uid - firstUid,
                shown.length() > 200 ? shown.substring(0, 200) : shown,
                Long.parseLong(memory) << 10);
    }

    /** A file that the kernel writes and whose length no tenant decides; empty where the process is gone. */
    public static String whole(int pid, String file) throws IOException {
        return read(pid, file, WHOLE).orElse("");
    }

    /**
     * At most {@link #LONGEST} bytes: a process may point its command line at any part of its memory (prctl(2),
     * PR_SET_MM_MAP), hundreds of megabytes included.
     */
    static Optional<String> read(int pid, String file) throws IOException {
        return read(pid, file, LONGEST);
    }

    private static Optional<String> read(int pid, String file, int longest) throws IOException {
        try (InputStream in = Files.newInputStream(Path.of("/proc", Integer.toString(pid), file))) {
            return Optional.of(new String(in.readNBytes(longest), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such process")) return Optional.empty();
            throw e;
        }
    }
}
