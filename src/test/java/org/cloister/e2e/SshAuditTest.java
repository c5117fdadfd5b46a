package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What ssh-audit, which others use to judge servers, says of the algorithms that the gateway offers. */
class SshAuditTest {

    /** Newer than the installed version of ssh-audit: the post-quantum exchanges, and the marker of a strict one. */
    private static final Set<String> TOO_NEW = Set.of(
            "mlkem768x25519-sha256",
            "sntrup761x25519-sha512",
            "sntrup761x25519-sha512@openssh.com",
            "kex-strict-s-v00@openssh.com");

    private static final Pattern LINE = Pattern.compile("^\\((\\w+)\\) (\\S+) .*\\[(\\w+)]");

    @Test
    void nothingFailsAndNothingIsWarnedOfButNamesThatItDoesNotKnow() {
        Instance instance = Instance.assumeRunning();
        Command.Outcome outcome = Command.run(
                List.of("ssh-audit", "-n", "-t", "60", "-p", String.valueOf(instance.sshPort()), "127.0.0.1"),
                new byte[0],
                Command.LONG);
        assertTrue(outcome.out().contains("(enc) aes"), outcome.toString());
        assertFalse(outcome.out().contains("[fail]"), outcome.out());
        Set<String> warned = new TreeSet<>();
        String name = "";
        for (String line : outcome.out().lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.find()) name = matcher.group(2);
            if (line.contains("[warn]")) warned.add(name);
        }
        warned.removeAll(TOO_NEW);
        assertEquals(Set.of(), warned, outcome.out());
    }
}
