package org.cloister.agent.fact;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloister.agent.linux.Command;
import org.cloister.agent.network.Network;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.storage.Pool;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/**
 * What is left of one tenant that was deleted, read from the kernel. Of files outside the pool the places are searched that
 * are quick to search; an audit's fact "released" searches everything that is written while a machine runs.
 */
public final class Remains {

    /**
     * What was looked at for one kind of thing.
     *
     * @param says what holds where nothing is left
     * @param looked how many things were looked at
     * @param left what is left, one text each
     * @param fault why nothing is known; null where it could be read
     * @param keeps whether what is left keeps the slot from being given to anybody
     */
    public record Look(String name, String says, long looked, List<String> left, String fault, boolean keeps) {}

    private static final List<String> PLACES = List.of("/tmp", "/var/tmp", "/dev/shm", "/run");
    private static final List<String> IDS = List.of("Uid:", "Gid:", "Groups:");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final int FIND_SECONDS = 60;
    private static final int SHOWN = 20;

    private final Path home;
    private final Tenants tenants;
    private final Network network;
    private final Pool pool;

    /** @param home of the instance */
    public Remains(Path home, Tenants tenants, Network network, Pool pool) {
        this.home = home;
        this.tenants = tenants;
        this.network = network;
        this.pool = pool;
    }

    public List<Look> look(TenantSpec gone) {
        Slot slot = new Slot(gone.slot());
        return List.of(
                look(
                        "processes",
                        "No process has an id of the range, or is in its cgroup.",
                        true,
                        left -> processes(slot, left)),
                look("cgroups", "There is no cgroup and no view of the slot.", true, left -> {
                    if (tenants.remains().contains(slot)) left.add(slot.cgroup());
                    return 1;
                }),
                look("links", "There is no network link of the slot.", true, left -> {
                    if (network.linked().contains(slot.number())) left.add(slot.link());
                    return 1;
                }),
                look("storage", "There is no tree, no snapshot and no quota group of the tenant's.", true, left -> {
                    List<java.util.UUID> owners = pool.owners();
                    if (owners.contains(gone.id()))
                        left.add(pool.home(gone.id()).toString());
                    if (pool.usedBytes(slot) > 0) left.add("quota group " + slot.qgroup());
                    return owners.size() + 1L;
                }),
                look(
                        "shared",
                        "Nothing that processes share by System V belongs to the range.",
                        true,
                        left -> shared(slot, left)),
                look(
                        "files",
                        "No file belongs to the range in " + String.join(", ", PLACES) + " and the instance's home.",
                        false,
                        left -> files(slot, left)));
    }

    private interface Eye {
        long look(List<String> left) throws IOException;
    }

    private static Look look(String name, String says, boolean keeps, Eye eye) {
        List<String> left = new ArrayList<>();
        try {
            long looked = eye.look(left);
            return new Look(name, says, looked, left.stream().limit(SHOWN).toList(), null, keeps);
        } catch (IOException | RuntimeException e) { // a text of the kernel's that is written otherwise than we know it
            return new Look(name, says, 0, left, String.valueOf(e.getMessage()), keeps);
        }
    }

    private static long processes(Slot slot, List<String> left) throws IOException {
        long looked = 0;
        try (DirectoryStream<Path> numbers = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path number : numbers) {
                looked++;
                int pid = Integer.parseInt(number.getFileName().toString());
                if (isOf(slot, ProcFiles.whole(pid, "status"), ProcFiles.whole(pid, "cgroup")))
                    left.add("process " + pid);
            }
        }
        return looked;
    }

    /**
     * Asked of every process of the machine at each deletion.
     *
     * @param status and {@code cgroup} the texts of these files; a zombie can do nothing more
     */
    static boolean isOf(Slot slot, String status, String cgroup) {
        boolean own = false;
        for (String line : status.lines().toList()) {
            if (line.startsWith("State:\tZ") || line.startsWith("State:\tX")) return false;
            if (IDS.stream().noneMatch(line::startsWith)) continue;
            for (String id : BLANKS.split(line.substring(line.indexOf(':') + 1).strip()))
                own |= !id.isEmpty() && Moment.isIn(slot, Long.parseLong(id));
        }
        return own || cgroup.lines().anyMatch(line -> (line + "/").contains("/" + slot.cgroup() + "/"));
    }

    /** sysvipc(7) of the machine's own; a tenant's end with its namespace. */
    private static long shared(Slot slot, List<String> left) throws IOException {
        long looked = 0;
        for (String kind : List.of("shm", "msg", "sem")) {
            List<String> lines = Files.readAllLines(Path.of("/proc/sysvipc", kind));
            List<String> names = Arrays.asList(lines.getFirst().strip().split("\\s+"));
            for (String line : lines.subList(1, lines.size())) {
                looked++;
                String[] fields = line.strip().split("\\s+");
                if (Stream.of("uid", "cuid", "gid", "cgid")
                        .anyMatch(id -> Moment.isIn(slot, Long.parseLong(fields[names.indexOf(id)]))))
                    left.add(kind + " " + fields[1]);
            }
        }
        return looked;
    }

    private long files(Slot slot, List<String> left) throws IOException {
        List<String> places = Stream.concat(PLACES.stream(), Stream.of(home.toString()))
                .filter(place -> Files.isDirectory(Path.of(place)))
                .toList();
        List<String> command = new ArrayList<>(List.of("find"));
        command.addAll(places);
        String first = "+" + (slot.firstUid() - 1);
        String last = "-" + (slot.firstUid() + Slot.IDS);
        command.addAll(List.of("-xdev", "-ignore_readdir_race", "("));
        command.addAll(List.of("-uid", first, "-uid", last, "-o", "-gid", first, "-gid", last));
        command.addAll(List.of(")", "-printf", "%p\\n"));
        Command.run(command, "", FIND_SECONDS)
                .lines()
                .limit(SHOWN)
                .forEach(line -> left.add(line.replaceAll("[^\\x20-\\x7e]", "?")));
        return places.size();
    }
}
