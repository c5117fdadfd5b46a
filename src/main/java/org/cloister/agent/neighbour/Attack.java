package org.cloister.agent.neighbour;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.cloister.agent.linux.Fd;
import org.cloister.agent.linux.Linux;
import org.cloister.agent.sandbox.Commands;
import org.cloister.agent.sandbox.Refusal;

/** The attacker at work. It goes on until it is told to end, or until nobody is left who could tell it. */
final class Attack implements Closeable {

    /** It has to get a turn among all that it started, and to remove what it wrote. */
    private static final int END_SECONDS = 30;

    private static final int MOST_OUTPUT = 65_536;

    private final Commands.Started probe;

    private Attack(Commands.Started probe) {
        this.probe = probe;
    }

    /** @param closed an address of IPv4 that the attacker must not reach */
    static Attack begin(Commands attacker, Fd sealed, String closed, List<Exhaustion> ways)
            throws IOException, Refusal {
        List<String> words = new ArrayList<>(List.of("probe", "exhaust", closed));
        ways.forEach(way -> words.add(way.name()));
        return new Attack(attacker.program(sealed, words));
    }

    /**
     * Ends it, with everything that it started.
     *
     * @throws IOException it did not end in time, or was killed itself
     */
    List<Tally> end() throws IOException {
        probe.streams().get(0).close();
        List<Tally> tallies = Tally.parse(Linux.readAll(probe.streams().get(1), MOST_OUTPUT, END_SECONDS));
        if (tallies.isEmpty()) throw new IOException("the attacker was killed before it could report");
        return tallies;
    }

    /** Its input's end is what tells it to end. */
    @Override
    public void close() {
        probe.close();
    }
}
