package org.cloister.manager.neighbour;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * All tests, and the form for another.
 *
 * @param running the operation of the test that runs now; null if none does
 * @param fault why the one that was just asked for was refused; else null
 * @param victims the tenants that run
 * @param plans from the smallest on
 */
record NeighbourListPage(
        UUID running, String fault, List<Choice> victims, List<Choice> plans, String seconds, List<Row> rows) {

    record Choice(String name, boolean chosen) {}

    record Row(UUID id, Instant startedAt, String victim, String attacker, int seconds, String took) {}
}
