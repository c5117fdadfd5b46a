package org.cloister.manager.account;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cloister.manager.problem.Refusal;
import org.junit.jupiter.api.Test;

class PasswordTest {

    @Test
    void anotherPasswordDoesNotMatchAndNoneIsNobodys() {
        String kept = Password.hash("correct horse battery");
        assertFalse(Password.matches("correct horse batterY", kept));
        assertFalse(Password.matches("", kept));
        assertFalse(Password.matches(null, kept));
        assertFalse(Password.matches("nobody has this password", null));
        assertTrue(Password.matches("correct horse battery", kept));
    }

    @Test
    void twoHashesOfOneAreDifferent() {
        assertNotEquals(Password.hash("correct horse battery"), Password.hash("correct horse battery"));
    }

    /** By {@code argon2 somesaltsomesalt -id -t 2 -k 19456 -p 1 -l 32 -e} of the reference implementation. */
    @Test
    void itIsTheArgon2IdOfOthers() {
        assertTrue(Password.matches(
                "correct horse battery",
                "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA"
                        + "$/HetJC6LZ4lnwgLB+wJSS2a9bFu2Kq4HxwNWzoJq2qU"));
    }

    @Test
    void aShortOneAndAnEndlessOneAreRefused() {
        assertThrows(Refusal.class, () -> Password.check(null));
        assertThrows(Refusal.class, () -> Password.check("elevenchars"));
        assertThrows(Refusal.class, () -> Password.check("ä".repeat(513)));
        Password.check("twelve chars");
        Password.check("ä".repeat(512));
    }
}
