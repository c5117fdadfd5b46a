package org.cloister.manager.account;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import org.cloister.manager.problem.Refusal;
import org.junit.jupiter.api.Test;

class ChallengesTest {

    private Instant now = Instant.parse("2026-11-23T10:00:00Z");
    private final Challenges challenges = new Challenges(() -> now);

    private void isStale(String challenge, String bound) {
        assertThrows(Refusal.class, () -> challenges.use(challenge, bound));
    }

    @Test
    void oneIsUsedOnce() {
        String one = challenges.fresh("alice's browser");
        challenges.use(one, "alice's browser");
        isStale(one, "alice's browser");
        challenges.use(challenges.fresh("alice's browser"), "alice's browser");
    }

    @Test
    void oneOfAnotherBrowserIsNone() {
        String one = challenges.fresh("alice's browser");
        isStale(one, "eve's browser");
        challenges.use(one, "alice's browser");
    }

    @Test
    void oneEndsAfterFiveMinutes() {
        String late = challenges.fresh("alice");
        String inTime = challenges.fresh("alice");
        now = now.plus(Duration.ofMinutes(5));
        challenges.use(inTime, "alice");
        now = now.plusMillis(1);
        isStale(late, "alice");
        isStale(inTime, "alice");
    }

    @Test
    void oneThatNobodyHereMadeIsNone() {
        String one = challenges.fresh("alice");
        isStale(new Challenges(() -> now).fresh("alice"), "alice");
        for (String wrong : new String[] {"", "*", "AAAA", one.substring(1), one + "AAAA"}) isStale(wrong, "alice");
        char[] changed = one.toCharArray();
        changed[20] = changed[20] == 'A' ? 'B' : 'A';
        isStale(new String(changed), "alice");
        challenges.use(one, "alice");
        assertNotEquals(one, challenges.fresh("alice"));
    }
}
