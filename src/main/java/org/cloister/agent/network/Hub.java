package org.cloister.agent.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloister.agent.linux.Command;

/**
 * The network namespace in which the links of one instance's tenants end. A bind mount keeps it while no process is in it
 * (namespaces(7)), so that tenants stay connected while the agent is away.
 */
final class Hub {

    private final Path path;

    /** @param run the instance's directory below /run */
    Hub(Path run) {
        path = run.resolve("network");
    }

    Path path() {
        return path;
    }

    boolean exists() throws IOException {
        return Files.exists(path) && Files.getFileStore(path).type().equals("nsfs");
    }

    /**
     * Makes it: a router for marked packets and nothing else. Its own address is only where its refusals come from.
     */
    void make() throws IOException {
        if (exists()) return;
        if (!Files.exists(path)) Files.createFile(path);
        Command.run(List.of("unshare", "--net=" + path, "--", "true"));
        for (Family family : Ip.families()) Command.run(Ip.in(path, "ip", family.option(), "-batch", "-"), """
                    rule add pref 1 fwmark 1 lookup main
                    rule add pref 2 iif lo lookup main
                    rule del pref 32766
                    """, 30);
        Ip.batch(path, """
                link set lo up
                addr add 100.64.0.0/32 dev lo
                addr add fdc1:157e:4000::/128 dev lo nodad
                """);
        Command.run(Ip.in(path, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1"));
        if (Ip.families().contains(Family.SIX))
            Command.run(Ip.in(path, "sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1"));
    }

    /** With all links that end in it. Idempotent. */
    void remove() throws IOException {
        if (exists()) Command.run(List.of("umount", path.toString()));
        Files.deleteIfExists(path);
    }
}
