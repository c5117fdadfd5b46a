package org.cloister.agent.posture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cloister.protocol.Limits;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.Slot;

/** Reads the machine and judges it, whenever it is asked; nothing is kept. */
public final class Posture {

    /** @param home of the instance, where its pool lies */
    public record Place(String instance, Path home, Slot first, Slot last) {}

    private final Place place;
    private final Source source;
    private final List<Sysctl> sysctls;

    public Posture(Place place) throws IOException {
        this(place, Source.MACHINE);
    }

    Posture(Place place, Source source) throws IOException {
        this.place = place;
        this.source = source;
        try (InputStream table = Posture.class.getResourceAsStream("sysctls")) {
            sysctls = Sysctl.parse(new String(table.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /**
     * The worst first.
     *
     * @param sold the limits of every tenant
     * @param memory of the machine and {@code pool}, in bytes
     */
    public List<PostureCheck> look(Collection<Limits> sold, long memory, long pool) throws IOException {
        Demand demand = Demand.of(sold);
        List<PostureCheck> checks = new ArrayList<>(settings(demand));
        checks.addAll(Processor.judge(vulnerabilities(), read(Processor.THREADS, "0")));
        checks.addAll(Kernel.judge(
                read(Kernel.VERSION, ""),
                source.text(Kernel.MODULES),
                source.text(Kernel.LOCKED),
                LocalDate.now(ZoneOffset.UTC)));
        checks.add(Places.swap(read(Places.SWAPS, ""), this::mapping));
        checks.addAll(Places.mounts(
                read(Places.MOUNTS, ""), place.home().resolve("pool").toString()));
        checks.addAll(Routing.judge(
                setting(Routing.FOUR),
                setting(Routing.SIX),
                source.output("nft", "-j", "list", "chains").orElse("{}")));
        checks.add(Ids.judge(
                place.first().firstUid(),
                place.last().firstUid() + Slot.IDS - 1,
                place.instance() + "-ids",
                texts("/etc/subuid", "/etc/subgid"),
                texts("/etc/passwd", "/etc/group")));
        checks.addAll(Capacity.judge(demand, sizes(memory, pool)));
        checks.sort(Comparator.comparing(PostureCheck::state).reversed());
        return List.copyOf(checks);
    }

    List<PostureCheck> settings(Demand demand) {
        long reserved = Long.parseLong(read("/proc/sys/kernel/pty/reserve", "0"));
        return sysctls.stream()
                .map(sysctl -> sysctl.judge(source.text(sysctl.path()), name -> demand.named(name, reserved)))
                .toList();
    }

    private Map<String, String> vulnerabilities() {
        Map<String, String> found = new TreeMap<>();
        for (String name : source.names(Processor.VULNERABILITIES))
            found.put(name, read(Processor.VULNERABILITIES + "/" + name, "Unknown"));
        return found;
    }

    private String mapping(String device) {
        return read("/sys/class/block/" + device + "/dm/uuid", "");
    }

    /** A kernel without IPv6 forwards none. */
    private String setting(String key) {
        return read("/proc/sys/" + key.replace('.', '/'), "0");
    }

    private List<String> texts(String... files) {
        return Stream.of(files).map(file -> read(file, "")).toList();
    }

    private String read(String path, String otherwise) {
        return source.text(path).orElse(otherwise);
    }

    private Capacity.Sizes sizes(long memory, long pool) throws IOException {
        // Size, blocks in use, and the size of these (stat(1)): the file has holes where the pool was never written.
        String[] numbers = source.output(
                        "stat",
                        "--format=%s %b %B",
                        place.home().resolve("pool.img").toString())
                .orElse("0 0 0")
                .strip()
                .split(" ");
        long unbacked = Long.parseLong(numbers[0]) - Long.parseLong(numbers[1]) * Long.parseLong(numbers[2]);
        long free = Files.getFileStore(place.home()).getUsableSpace();
        return new Capacity.Sizes(memory, pool, Math.max(0, unbacked), free);
    }
}
