package org.cloister.agent.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.cloister.agent.linux.Command;

/** What the kernel remembers of connections, by conntrack(8). */
final class Connections {

    /** From its err2str; up to 1.4.7, which Debian 12 has, it gives up at a connection that ended while it looked. */
    private static final String ENDED_MEANWHILE = "such conntrack doesn't exist";

    private static final int TRIES = 1_000;

    private Connections() {}

    /**
     * Forgets all that come from an address.
     *
     * @param place a network namespace; null for the machine's
     */
    static void forget(Path place, Family family, String address) throws IOException {
        List<String> command = Ip.in(place, "conntrack", "-D", "-f", family.directory(), "-s", address);
        for (int left = TRIES; ; left--)
            try {
                Command.run(command);
                return;
            } catch (IOException e) {
                if (e.getMessage().contains(" 0 flow entries")) return; // which it calls a failure
                if (!e.getMessage().contains(ENDED_MEANWHILE) || left == 0) throw e;
            }
    }
}
