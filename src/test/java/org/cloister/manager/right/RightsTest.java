package org.cloister.manager.right;

import static org.cloister.manager.right.Rights.Ruling.GRANTED;
import static org.cloister.manager.right.Rights.Ruling.NOT_THERE;
import static org.cloister.manager.right.Rights.Ruling.REFUSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RightsTest {

    private static final Caller ALICE = new Caller("a", Role.TENANT, "alice", false);
    private static final Caller AUDITOR = new Caller("b", Role.AUDITOR, null, false);
    private static final Caller ADMIN = new Caller("c", Role.ADMIN, null, false);

    private static Rights.Ruling of(Caller caller, String method, String path) {
        return Rights.of(caller, method, path, (id, tenant) -> id.equals("hers") && tenant.equals("alice"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /tenants/bob",
        "GET, /tenants/alice2",
        "GET, /tenants/Alice",
        "GET, /tenants/alice/plan",
        "GET, /api/v1/tenants/bob/keys",
        "DELETE, /api/v1/tenants/alice",
        "PATCH, /api/v1/tenants/alice",
        "POST, /tenants/alice/freeze",
        "GET, /tenants/{own}",
        "GET, /operations/bobs",
        "GET, /operations/hers/more",
        "GET, /people",
        "POST, /people",
        "GET, /api/v1/accounts",
        "GET, /q/metrics",
        "POST, /audits"
    })
    void whatIsNotHersIsNotThereForAlice(String method, String path) {
        assertEquals(NOT_THERE, of(ALICE, method, path));
        assertEquals(GRANTED, of(ADMIN, method, path), "an admin may everything");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /",
        "GET, /tenants/alice",
        "HEAD, /tenants/alice",
        "GET, /tenants/alice/",
        "DELETE, /api/v1/tenants/alice/keys/SHA256:a/b",
        "GET, /operations/hers",
        "POST, /account/password"
    })
    void herOwnIsHers(String method, String path) {
        assertEquals(GRANTED, of(ALICE, method, path));
    }

    @Test
    void anAuditorReadsAndRunsAuditsAndIsToldOfTheRest() {
        assertEquals(REFUSED, of(AUDITOR, "POST", "/tenants"));
        assertEquals(REFUSED, of(AUDITOR, "DELETE", "/api/v1/tenants/alice"));
        assertEquals(REFUSED, of(AUDITOR, "GET", "/tenants/new"));
        assertEquals(GRANTED, of(AUDITOR, "GET", "/tenants/newer"));
        assertEquals(GRANTED, of(AUDITOR, "GET", "/q/metrics"));
        assertEquals(GRANTED, of(AUDITOR, "POST", "/audits"));
    }

    /** What an upgrade opens is no reading, and whom a tenant lets in is not for an admin to say. */
    @Test
    void aTerminalIsOpenedByItsOwnPeopleAndAdminsAlone() {
        String stream = "/tenants/alice/terminal/stream";
        assertEquals(NOT_THERE, of(ALICE, "OPEN", "/tenants/bob/terminal/stream"));
        assertEquals(REFUSED, of(AUDITOR, "OPEN", stream));
        assertEquals(REFUSED, of(AUDITOR, "GET", "/tenants/alice/terminal"));
        assertEquals(REFUSED, of(AUDITOR, "GET", stream));
        assertEquals(REFUSED, of(new Caller("a", Role.TENANT, "alice", true), "OPEN", stream));
        assertEquals(REFUSED, of(new Caller("c", Role.ADMIN, null, true), "OPEN", stream));
        assertEquals(REFUSED, of(ADMIN, "POST", "/tenants/alice/terminal/admins"));
        assertEquals(REFUSED, of(ADMIN, "PUT", "/api/v1/tenants/alice/terminal/admins"));
        assertEquals(GRANTED, of(ADMIN, "OPEN", stream));
        assertEquals(GRANTED, of(ALICE, "OPEN", stream));
        assertEquals(GRANTED, of(ALICE, "POST", "/tenants/alice/terminal/admins"));
    }

    @Test
    void aTokenThatMayReadReadsWhatItsOwnerDoes() {
        Caller reads = new Caller("c", Role.ADMIN, null, true);
        assertEquals(REFUSED, of(reads, "POST", "/api/v1/audits"));
        assertEquals(GRANTED, of(reads, "GET", "/api/v1/audits"));
        Caller hers = new Caller("a", Role.TENANT, "alice", true);
        assertEquals(NOT_THERE, of(hers, "GET", "/api/v1/tenants/bob"));
        assertEquals(REFUSED, of(hers, "POST", "/api/v1/tenants/alice/restart"));
    }

    @Test
    void aLineThatIsNoRuleIsAnError() {
        assertThrows(IllegalArgumentException.class, () -> Rule.of("tenant GET"));
    }
}
