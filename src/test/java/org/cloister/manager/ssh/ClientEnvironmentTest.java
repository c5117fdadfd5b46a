package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientEnvironmentTest {

    private final ClientEnvironment environment = new ClientEnvironment();

    @Test
    void languageAndTerminalAreTaken() {
        assertTrue(environment.set("LANG", "de_DE.UTF-8"));
        assertTrue(environment.set("LC_ALL", "C"));
        assertTrue(environment.set("TERM", "xterm-256color"));
        assertEquals(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", "C", "TERM", "xterm-256color"), environment.variables());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"LD_PRELOAD", "BASH_ENV", "PATH", "HOME", "LC_", "lc_all", "LC_A=B", "LANG\0X", "", "SSH_CLIENT"
            })
    void othersAreNot(String name) {
        assertFalse(environment.set(name, "x"));
        assertTrue(environment.variables().isEmpty());
    }

    @Test
    void thereAreNotMoreThanALocaleHas() {
        for (int i = 0; i < 10_000; i++)
            environment.set(
                    "LC_" + (char) ('A' + i / 676 % 26) + (char) ('A' + i / 26 % 26) + (char) ('A' + i % 26), "C");
        assertEquals(ClientEnvironment.MOST, environment.variables().size());
        assertFalse(environment.set("LANG", "C"));
        assertTrue(environment.set("LC_AAA", "de")); // one that is there may change
    }

    @Test
    void valuesAreShortAndPrintable() {
        assertFalse(environment.set("TERM", "x".repeat(257)));
        assertFalse(environment.set("TERM", "a\nb"));
        assertFalse(environment.set("TERM", "a\0b"));
        assertFalse(environment.set("LANG", "\u001b]0;x"));
    }
}
