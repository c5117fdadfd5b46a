package org.cloister.manager.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.cloister.manager.audit.AuditRun.Pair;
import org.cloister.protocol.Frames;
import org.junit.jupiter.api.Test;

class AuditRunTest {

    private static final UUID ALICE = new UUID(1, 1);
    private static final UUID BOB = new UUID(1, 2);
    private static final UUID EVE = new UUID(1, 3);
    private static final String ALL = "\"scope\":{\"kind\":\"all\"},";

    @Test
    void whatFailedStandsUntilARunThatPassedTriedItAgain() throws Exception {
        Map<Pair, UUID> red = run(9, "failed", ALL, "alice>bob!", "").after(Map.of());
        assertEquals(Set.of(new Pair(ALICE, BOB)), red.keySet());
        assertEquals(
                red,
                run(10, "passed", of("eve"), "eve>alice eve>bob alice>eve bob>eve", "")
                        .after(red));
        assertEquals(Map.of(), run(11, "passed", ALL, "alice>bob bob>alice", "").after(red));
    }

    @Test
    void aPassingRunOfBobsRowAndColumnDoesNotHideWhatAliceDidToEve() throws Exception {
        Map<Pair, UUID> red =
                run(9, "failed", ALL, "alice>bob! alice>eve! eve>host!", "").after(Map.of());
        Map<Pair, UUID> later = run(10, "passed", of("bob"), "bob>alice bob>eve alice>bob eve>bob", "")
                .after(red);
        assertEquals(Set.of(new Pair(ALICE, EVE), new Pair(EVE, AuditRun.MACHINE)), later.keySet());
    }

    @Test
    void aRunThatProvesNothingOrFailedElsewhereTakesNothingAway() throws Exception {
        Map<Pair, UUID> red = run(9, "failed", ALL, "alice>bob!", "").after(Map.of());
        assertEquals(red, run(10, "void", ALL, "alice>bob", "").after(red));
        assertEquals(
                Set.of(new Pair(ALICE, BOB), new Pair(EVE, BOB)),
                run(11, "failed", ALL, "alice>bob eve>bob!", "").after(red).keySet());
    }

    @Test
    void aTenantThatDoesNotRunStaysRedHoweverOftenTheOthersPass() throws Exception {
        Map<Pair, UUID> red = run(9, "failed", ALL, "alice>bob! bob>alice", "").after(Map.of());
        String withoutAlice = "{\"id\":\"" + new UUID(2, 10) + "\",\"verdict\":\"passed\"," + ALL
                + "\"tenants\":[{\"id\":\"" + BOB + "\",\"name\":\"bob\"}],\"cells\":[{\"attacker\":\"bob\",\"victim\":"
                + "\"host\",\"verdict\":\"passed\"}]}";
        assertEquals(red, AuditRun.of(Frames.JSON.readTree(withoutAlice)).after(red));
    }

    @Test
    void aFindingIsItsTenantsAndOfNobodysTheMachines() throws Exception {
        Map<Pair, UUID> red =
                run(9, "failed", ALL, "alice>bob", "eve stranger host").after(Map.of());
        assertEquals(Set.of(Pair.of(EVE), Pair.of(AuditRun.MACHINE)), red.keySet());
        Map<Pair, UUID> later =
                run(10, "passed", of("bob"), "bob>alice alice>bob", "").after(red);
        assertEquals(Set.of(Pair.of(AuditRun.MACHINE)), later.keySet(), "the facts of all are read each time");
        assertEquals(Map.of(), run(11, "passed", ALL, "", "").after(later));
    }

    @Test
    void aFailureThatNamesNobodyIsTheMachines() throws Exception {
        assertEquals(
                Set.of(Pair.of(AuditRun.MACHINE)),
                run(9, "failed", ALL, "alice>bob", "").red());
    }

    @Test
    void aRunCoversWhoseRowAndColumnItTried() throws Exception {
        assertEquals(Set.of(BOB), run(9, "passed", of("bob"), "", "").covered());
        assertEquals(Set.of(ALICE, BOB, EVE), run(9, "passed", ALL, "", "").covered());
        assertEquals(Set.of(ALICE, BOB, EVE), run(9, "passed", "", "", "").covered(), "of before there were others");
        String share = "\"scope\":{\"kind\":\"all\",\"places\":[7],\"of\":999},";
        assertEquals(
                Set.of(ALICE, BOB, EVE),
                run(9, "passed", share, "", "").covered(),
                "a share is all that a run of so many tries, or it would run for ever");
    }

    @Test
    void aScopeThatIsNotKnownIsNeverTakenForAll() throws Exception {
        AuditRun odd = run(9, "passed", "\"scope\":{\"kind\":\"half\"},", "", "");
        assertFalse(odd.focus().isEmpty());
        assertFalse(odd.tried().contains(Pair.of(AuditRun.MACHINE)));
        assertTrue(odd.covered().stream().noneMatch(Set.of(ALICE, BOB, EVE)::contains));
    }

    @Test
    void whatARunWasOfIsSaidInWords() {
        assertEquals("all tenants", AuditRun.covers(List.of()));
        assertEquals("row and column of bob", AuditRun.covers(List.of("bob")));
        assertEquals("rows and columns of alice and bob", AuditRun.covers(List.of("alice", "bob")));
        assertEquals(
                "rows and columns of a, b, c, d and 2 more", AuditRun.covers(List.of("a", "b", "c", "d", "e", "f")));
    }

    private static String of(String name) {
        return "\"scope\":{\"kind\":\"tenants\",\"tenants\":[\"" + name + "\"]},";
    }

    /**
     * @param cells such as "alice>bob eve>host!", those with ! failed
     * @param findings whose, with a space between
     */
    private static AuditRun run(int id, String verdict, String scope, String cells, String findings) throws Exception {
        StringBuilder json = new StringBuilder("{\"id\":\"" + new UUID(2, id) + "\",\"verdict\":\"" + verdict + "\","
                + scope + "\"tenants\":[{\"id\":\"" + ALICE + "\",\"name\":\"alice\"},{\"id\":\"" + BOB
                + "\",\"name\":\"bob\"},{\"id\":\"" + EVE + "\",\"name\":\"eve\"}],\"cells\":[");
        String comma = "";
        for (String cell : cells.isEmpty() ? new String[0] : cells.split(" ")) {
            String[] ends = cell.replace("!", "").split(">");
            json.append(comma)
                    .append("{\"attacker\":\"" + ends[0] + "\",\"victim\":\"" + ends[1] + "\",\"verdict\":\""
                            + (cell.endsWith("!") ? "failed" : "passed") + "\"}");
            comma = ",";
        }
        json.append("],\"findings\":[");
        comma = "";
        for (String tenant : findings.isEmpty() ? new String[0] : findings.split(" ")) {
            json.append(comma).append("{\"tenant\":\"" + tenant + "\"}");
            comma = ",";
        }
        return AuditRun.of(Frames.JSON.readTree(json.append("]}").toString()));
    }
}
