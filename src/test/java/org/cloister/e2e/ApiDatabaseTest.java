package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must never be cannot be stored either, whoever writes to the database. */
class ApiDatabaseTest {

    private Instance instance;

    @BeforeEach
    void findTheInstance() {
        instance = Instance.assumeRunning();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "uid_range | int8range(lower(uid_range) + 32768, upper(uid_range) + 32768) | tenant_uid_ranges_apart",
                "uid_range | int8range(0, 65536)                                           | tenant_uid_range_whole",
                "address4  | address4                                                      | tenant_address4_once",
                "address6  | address6                                                      | tenant_address6_once",
                "slot      | slot                                                          | tenant_slot_once",
                "name      | name                                                          | tenant_name_once",
                "name      | upper(name)                                                   | tenant_name_is_a_label",
                "state     | upper('whatever')                                               | tenant_state_check",
            })
    void aSecondTenantThatWouldMeetTheFirstIsRefused(String column, String value, String constraint) {
        try (TenantHandle tenant = instance.tenant("api-db", Map.of("start", false))) {
            Map<String, String> other = new HashMap<>(Map.of(
                    "name", "'api-db-other'",
                    "slot", "4093",
                    "state", "'STOPPED'",
                    "uid_range", "int8range(4000000000, 4000065536)",
                    "address4", "'192.0.2.1'",
                    "address6", "'2001:db8::1'"));
            assertEquals(
                    "INSERT 0 1",
                    instance.psql(insert(other) + "; rollback")
                            .lines()
                            .skip(1)
                            .findFirst()
                            .orElse(""),
                    "the control");
            other.put(column, value);
            String said = instance.psql(insert(other));
            assertTrue(said.contains('"' + constraint + '"'), said);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"update event set actor = 'nobody'", "delete from event", "truncate event cascade"})
    void noEventIsChangedOrRemoved(String statement) {
        instance.signInLink();
        String said = instance.psql("begin; " + statement + "; rollback");
        assertTrue(said.contains("events are append-only"), said);
    }

    /** By somebody who has the database in hand, so that triggers do not hold. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "update event set actor = 'nobody' where id = (select event_id from event_seal where sequence = 2) | 2",
                "update event set at = at + interval '1 microsecond' where id = (select max(id) from event)       | last",
                "delete from event_seal where sequence = 3                                                        | 4",
                "delete from event_seal where sequence = (select max(sequence) from event_seal)                   | last",
                "update event_seal set sha256 = sha256('x') where sequence = 3                                    | 3",
            })
    void anEventThatWasChangedInSpiteOfThatIsFound(String change, String number) {
        for (int i = 0; i < 4; i++) instance.signInLink();
        // In one transaction, since others may write events at any time.
        String said = instance.psql(
                "begin; alter table event disable trigger user; alter table event_seal disable trigger user;"
                        + " select 'last=' || max(sequence) from event_seal; " + change
                        + "; select event_chain_break(); rollback");
        String last = said.replaceAll("(?s).*last=(\\d+).*", "$1");
        assertTrue(said.contains(" " + number.replace("last", last) + "\n"), said);
    }

    @Test
    void eventsAreSealedOneAfterAnotherAlsoWhereManyAreWrittenAtOnce() throws Exception {
        try (var many = java.util.concurrent.Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 80; i++) many.submit(instance::signInLink);
        }
        var state = instance.get("/events/chain").expect(200).json();
        assertTrue(state.get("sequence").asLong() >= 80, state.toString());
        assertTrue(!state.has("brokenAt"), state.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"update sealed_record set document = ''", "delete from sealed_record", "truncate sealed_record"})
    void noRecordIsChangedOrRemoved(String statement) {
        instance.tenant("api-db2").close(); // leaves one
        String said = instance.psql("begin; " + statement + "; rollback");
        assertTrue(said.contains("records are append-only"), said);
    }

    @Test
    void noTokenIsKeptButItsHash() {
        String code = instance.signInLink().replaceFirst(".*code=", "");
        String dump = instance.psql("select * from sign_in_link") + instance.psql("select * from web_session");
        assertTrue(dump.length() > 64, dump);
        assertTrue(!dump.contains(code) && !dump.contains(instance.adminToken()), "a token lies in the database");
    }

    private static String insert(Map<String, String> values) {
        return "begin; insert into tenant (id, name, slot, plan, template, desired, state, limits,"
                + " uid_range, address4, address6) select gen_random_uuid(), "
                + values.get("name") + ", " + values.get("slot") + ", plan, template, desired, " + values.get("state")
                + ", limits, " + values.get("uid_range") + ", "
                + values.get("address4")
                + ", " + values.get("address6") + " from tenant where name = 'api-db'";
    }
}
