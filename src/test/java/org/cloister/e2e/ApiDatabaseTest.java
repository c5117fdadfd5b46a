package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
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
                    psql(insert(other) + "; rollback")
                            .lines()
                            .skip(1)
                            .findFirst()
                            .orElse(""),
                    "the control");
            other.put(column, value);
            String said = psql(insert(other));
            assertTrue(said.contains('"' + constraint + '"'), said);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"update event set actor = 'nobody'", "delete from event", "truncate event cascade"})
    void noEventIsChangedOrRemoved(String statement) {
        instance.signInLink();
        String said = psql("begin; " + statement + "; rollback");
        assertTrue(said.contains("events are append-only"), said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"update sealed_record set document = ''", "delete from sealed_record", "truncate sealed_record"})
    void noRecordIsChangedOrRemoved(String statement) {
        instance.tenant("api-db2").close(); // leaves one
        String said = psql("begin; " + statement + "; rollback");
        assertTrue(said.contains("records are append-only"), said);
    }

    @Test
    void noTokenIsKeptButItsHash() {
        String code = instance.signInLink().replaceFirst(".*code=", "");
        String dump = psql("select * from sign_in_link") + psql("select * from web_session");
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

    /** What psql said, errors included; as root, over the instance's own socket. */
    private String psql(String statements) {
        List<String> psql = List.of("psql", "-X", "-h", instance.run() + "/db", "-U", "cloister", "-d", "cloister");
        Command.Outcome outcome =
                Command.run(psql, (statements + ";\n").getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(30));
        return outcome.out() + outcome.stderr();
    }
}
