package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginNameTest {

    @Test
    void aTenantsNameAloneIsItsRoot() {
        assertEquals(Optional.of(new LoginName("alice", "root")), LoginName.parse("alice"));
    }

    @Test
    void behindThePlusStandsAUserInsideTheTenant() {
        assertEquals(Optional.of(new LoginName("alice", "www-data")), LoginName.parse("alice+www-data"));
        assertEquals(Optional.of(new LoginName("a", "_apt")), LoginName.parse("a+_apt"));
    }

    @Test
    void theLongestNamesFit() {
        String tenant = "a".repeat(31);
        String user = "u".repeat(32);
        assertEquals(Optional.of(new LoginName(tenant, user)), LoginName.parse(tenant + "+" + user));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "+",
                "alice+",
                "+root",
                "Alice",
                "ALICE",
                " alice",
                "alice ",
                "alice\n",
                "alice\0",
                "../bob",
                "-rf",
                "alice-",
                "1alice",
                "al ice",
                "alice@host",
                "alice+www-data+root",
                "alice+../root",
                "alice+-u",
                "alice+0",
                "alice+Root",
                "alice+root\n",
                "älice",
                "alice+rööt",
                "a\u0430lice",
                "\u202ealice",
                "alice\u0000+root"
            })
    void whatIsNoNameIsNobody(String text) {
        assertEquals(Optional.empty(), LoginName.parse(text));
    }

    @Test
    void namesThatAreTooLongAreNobody() {
        assertEquals(Optional.empty(), LoginName.parse("a".repeat(32)));
        assertEquals(Optional.empty(), LoginName.parse("alice+" + "u".repeat(33)));
        assertEquals(Optional.empty(), LoginName.parse("a".repeat(64 * 1024)));
        assertEquals(Optional.empty(), LoginName.parse("a+".repeat(1 << 20)));
        assertEquals(Optional.empty(), LoginName.parse(null));
    }
}
