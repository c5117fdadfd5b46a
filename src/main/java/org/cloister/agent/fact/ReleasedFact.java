package org.cloister.agent.fact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.cloister.agent.linux.Command;
import org.cloister.agent.network.Network;
import org.cloister.agent.sandbox.Tenants;
import org.cloister.agent.storage.Pool;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/**
 * Nothing is left of whoever was here before: a slot is given again, and its ids with it. Of files, those that lie where a
 * program could have left them are looked for, outside the pool, in which ids begin with 0 (mount_setattr(2), idmapped).
 */
final class ReleasedFact implements Fact {

    /** Everything that is written while a machine runs. Other file systems below them are places of their own. */
    private static final List<String> PLACES = List.of(
            "/tmp",
            "/var/tmp",
            "/dev/shm",
            "/dev/mqueue",
            "/run",
            "/var",
            "/home",
            "/root",
            "/srv",
            "/opt",
            "/mnt",
            "/media",
            "/usr/local",
            "/etc");

    /** Millions of files on slow disks take minutes; an audit that waits for them says more than one that proves nothing. */
    private static final int FIND_SECONDS = 600;

    private static final int SHOWN = 20;

    private final int firstSlot;
    private final int lastSlot;
    private final Tenants tenants;
    private final Network network;
    private final Pool pool;

    /** @param firstSlot of the instance, {@code lastSlot} as well: others' are theirs to look after */
    ReleasedFact(int firstSlot, int lastSlot, Tenants tenants, Network network, Pool pool) {
        this.firstSlot = firstSlot;
        this.lastSlot = lastSlot;
        this.tenants = tenants;
        this.network = network;
        this.pool = pool;
    }

    @Override
    public String name() {
        return "released";
    }

    @Override
    public String says() {
        return "Of ids, addresses and storage that no tenant has, nothing is in use: no process, file, link, cgroup or tree.";
    }

    @Override
    public long look(Moment moment, Findings findings) throws IOException {
        Set<Integer> taken = new HashSet<>(moment.slots().keySet());
        long looked = 0;
        for (Seen process : moment.processes()) {
            looked++;
            for (List<Long> ids : List.of(process.uids(), process.gids()))
                ids.stream().filter(id -> isReleased(id, taken)).findFirst().ifPresent(id -> {
                    findings.add(Finding.HOST, process.words(), "an id that is somebody's", id);
                });
        }
        for (Slot slot : tenants.remains())
            if (isOurs(slot.number()) && !taken.contains(slot.number()))
                findings.add(Finding.HOST, "slot " + slot.number(), "no cgroup and no view", "one is left");
        for (int slot : network.linked())
            if (!taken.contains(slot))
                findings.add(Finding.HOST, "link " + new Slot(slot).link(), "none", "one is left");
        Set<UUID> known = new HashSet<>();
        for (TenantSpec spec : moment.slots().values()) known.add(spec.id());
        for (UUID owner : pool.owners())
            if (!known.contains(owner)) findings.add(Finding.HOST, "storage of " + owner, "none", pool.home(owner));
        return looked + queues(findings) + files(taken, findings);
    }

    private boolean isOurs(int slot) {
        return slot >= firstSlot && slot <= lastSlot;
    }

    private boolean isReleased(long id, Set<Integer> taken) {
        long slot = (id - Slot.FIRST_UID) / Slot.IDS;
        return id >= Slot.FIRST_UID && isOurs((int) slot) && !taken.contains((int) slot);
    }

    /** sysvipc(7) of the machine's own; those of a tenant end with its namespace. */
    private long queues(Findings findings) throws IOException {
        long looked = 0;
        for (String kind : List.of("shm", "msg", "sem")) {
            List<String> lines = Files.readAllLines(Path.of("/proc/sysvipc", kind));
            List<String> names = Arrays.asList(lines.getFirst().strip().split("\\s+"));
            for (String line : lines.subList(1, lines.size())) {
                looked++;
                String[] fields = line.strip().split("\\s+");
                for (String name : List.of("uid", "cuid")) {
                    long id = Long.parseLong(fields[names.indexOf(name)]);
                    if (isTenants(id))
                        findings.add(
                                Finding.HOST,
                                kind + " " + fields[1] + " of the machine's",
                                "none of a tenant's ids",
                                id);
                }
            }
        }
        return looked;
    }

    private boolean isTenants(long id) {
        long slot = (id - Slot.FIRST_UID) / Slot.IDS;
        return id >= Slot.FIRST_UID && isOurs((int) slot);
    }

    /** Outside its tree no file belongs to a tenant, to one that is there as little as to one that was. */
    private long files(Set<Integer> taken, Findings findings) throws IOException {
        long first = new Slot(firstSlot).firstUid() - 1;
        long last = new Slot(lastSlot).firstUid() + Slot.IDS;
        List<String> places = PLACES.stream()
                .filter(place -> Files.isDirectory(Path.of(place)))
                .toList();
        List<String> command = new ArrayList<>(List.of("find"));
        command.addAll(places);
        command.addAll(List.of("-xdev", "-ignore_readdir_race", "("));
        for (String kind : List.of("-uid", "-gid")) {
            if (kind.equals("-gid")) command.add("-o");
            command.addAll(List.of(kind, "+" + first, kind, "-" + last));
        }
        command.addAll(List.of(")", "-printf", "%U:%G %p\\n"));
        Command.run(command, "", FIND_SECONDS).lines().distinct().limit(SHOWN).forEach(line -> {
            String[] words = line.split(" ", 2);
            String[] ids = words[0].split(":");
            boolean released = isReleased(Long.parseLong(ids[0]), taken) || isReleased(Long.parseLong(ids[1]), taken);
            findings.add(
                    Finding.HOST,
                    words[1].replaceAll("[^\\x20-\\x7e]", "?"),
                    "a file of the machine's own",
                    (released ? "one of a range that is nobody's: " : "one of a tenant's: ") + words[0]);
        });
        return places.size();
    }
}
