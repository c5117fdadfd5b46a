package org.cloister.manager.host;

import java.util.List;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.Setting;
import org.cloister.protocol.PostureCheck.State;
import org.cloister.protocol.Reply;

/**
 * The posture as programs see it, the worst first.
 *
 * @param good how many checks are, and so on: {@code weak} has nothing behind the tenants' own confinement, {@code open}
 *     a tenant can use
 */
record HostPosture(int good, int weak, int open, List<Check> checks) {

    /** {@link PostureCheck}, its state in lower case. */
    record Check(
            String id,
            String state,
            boolean good,
            String expected,
            String found,
            String risk,
            String mend,
            Setting setting) {}

    static HostPosture of(Reply.Posture posture) {
        return new HostPosture(
                count(posture, State.GOOD),
                count(posture, State.WEAK),
                count(posture, State.OPEN),
                posture.checks().stream().map(HostPosture::check).toList());
    }

    private static int count(Reply.Posture posture, State state) {
        return (int) posture.checks().stream()
                .filter(check -> check.state() == state)
                .count();
    }

    private static Check check(PostureCheck check) {
        return new Check(
                check.id(),
                check.state().name().toLowerCase(java.util.Locale.ROOT),
                check.state() == State.GOOD,
                check.expected(),
                check.found(),
                check.risk(),
                check.mend(),
                check.setting());
    }
}
