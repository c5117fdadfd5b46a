package org.cloister.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.cloister.agent.posture.Posture;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Slot;

/** What this machine is and has. */
final class Machine {

    private final Instance instance;
    private final Agent.Parts parts;

    private final Posture posture;
    private final Instant startedAt = Instant.now();

    Machine(Instance instance, Agent.Parts parts) throws IOException {
        this.instance = instance;
        this.parts = parts;
        this.posture = new Posture(new Posture.Place(
                instance.name(), instance.home(), new Slot(instance.firstSlot()), new Slot(instance.lastSlot())));
    }

    Reply.Posture posture() throws IOException {
        String memory = Files.readString(Path.of("/proc/meminfo"));
        return new Reply.Posture(posture.look(
                parts.tenants().limits(),
                kilobytes(memory, "MemTotal:") << 10,
                parts.pool().totalBytes()));
    }

    Reply.Host describe() throws IOException {
        List<String> missing = new ArrayList<>(parts.cgroups().missing());
        missing.addAll(parts.pool().missing());
        String memory = Files.readString(Path.of("/proc/meminfo"));
        return new Reply.Host(
                Files.readString(Path.of("/proc/sys/kernel/hostname")).strip(),
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
                ProcFiles.bootId(),
                startedAt,
                Runtime.getRuntime().availableProcessors(),
                kilobytes(memory, "MemTotal:") << 10,
                kilobytes(memory, "MemAvailable:") << 10,
                parts.pool().totalBytes(),
                parts.pool().freeBytes(),
                parts.cgroups().version(),
                suite(Files.readString(Path.of("/etc/os-release"))),
                instance.firstSlot(),
                instance.lastSlot(),
                missing);
    }

    /** From the text of /proc/meminfo. */
    static long kilobytes(String meminfo, String field) {
        return meminfo.lines()
                .filter(line -> line.startsWith(field))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0L);
    }

    /** The Debian suite from the text of os-release(5); stable where the machine is no Debian. */
    static String suite(String osRelease) {
        return osRelease
                .lines()
                .filter(line -> line.startsWith("VERSION_CODENAME="))
                .map(line -> line.substring("VERSION_CODENAME=".length()).replace("\"", ""))
                .findFirst()
                .orElse("stable");
    }
}
