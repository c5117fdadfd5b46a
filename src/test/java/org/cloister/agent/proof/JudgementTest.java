package org.cloister.agent.proof;

import static org.cloister.agent.proof.Report.Verdict.failed;
import static org.cloister.agent.proof.Report.Verdict.inconclusive;
import static org.cloister.agent.proof.Report.Verdict.notApplicable;
import static org.cloister.agent.proof.Report.Verdict.passed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class JudgementTest {

    private static final Vector SEE = vector("see");
    private static final Vector REBOOT = vector("reboot");
    private static final Vector NAMESPACE = vector("user-namespace");

    private static Vector vector(String name) {
        return Vectors.ALL.stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Attempt with(String outcome) {
        return new Attempt("bob", "any", outcome, 1, "", "");
    }

    private static Report.Verdict verdict(Vector vector, String attempt, String owner, String broken) {
        return Judgement.of(
                        vector,
                        false,
                        attempt == null ? null : with(attempt),
                        owner == null ? null : with(owner),
                        broken == null ? null : with(broken),
                        "")
                .verdict();
    }

    @Test
    void anAttemptThatGotThroughIsAFailureWhateverTheControlsSay() {
        assertEquals(failed, verdict(SEE, "succeeded", "succeeded", "succeeded"));
        assertEquals(failed, verdict(SEE, "succeeded", null, null));
        assertEquals(failed, verdict(REBOOT, "succeeded", null, "ENOSYS"));
    }

    @Test
    void aDenialCountsOnlyWithBothControls() {
        assertEquals(passed, verdict(SEE, "ESRCH", "succeeded", "succeeded"));
        assertEquals(inconclusive, verdict(SEE, "ESRCH", "ESRCH", "succeeded"));
        assertEquals(inconclusive, verdict(SEE, "ESRCH", null, "succeeded"));
        assertEquals(inconclusive, verdict(SEE, "ESRCH", "succeeded", "ESRCH"));
        assertEquals(inconclusive, verdict(SEE, "ESRCH", "succeeded", null));
    }

    @Test
    void noAnswerIsNoDenial() {
        for (String outcome : new String[] {null, "timeout", "unreported", "", "no error"})
            assertEquals(inconclusive, verdict(SEE, outcome, "succeeded", "succeeded"), outcome);
    }

    @Test
    void whatWasNotPlantedIsNotApplicable() {
        Judgement judgement = Judgement.of(
                SEE,
                false,
                new Attempt("bob", "see", "absent", 0, "", "could not be planted here: EPERM"),
                with("absent"),
                with("succeeded"),
                "");
        assertEquals(notApplicable, judgement.verdict());
        assertEquals("It could not be planted here: EPERM.", judgement.detail());
    }

    @Test
    void whatTheMachineRefusesToItsOwnRootIsNotApplicable() {
        assertEquals(notApplicable, verdict(REBOOT, "EPERM", null, "ENOSYS"));
        assertEquals(inconclusive, verdict(REBOOT, "EPERM", null, "timeout"));
        assertEquals(passed, verdict(REBOOT, "EPERM", null, "succeeded"));
    }

    @Test
    void aTenantThatMayNestIsNotBlamedForIt() {
        Judgement judgement = Judgement.of(NAMESPACE, true, with("succeeded"), null, with("succeeded"), "");
        assertEquals(notApplicable, judgement.verdict());
        assertTrue(judgement.detail().contains("nesting"), judgement.detail());
        assertEquals(
                failed,
                Judgement.of(REBOOT, true, with("succeeded"), null, with("succeeded"), "")
                        .verdict());
        assertEquals(failed, verdict(NAMESPACE, "succeeded", null, "succeeded"));
    }

    @Test
    void aCanaryThatDiedMakesADenialVoidAndAFailureNoBetter() {
        for (String outcome : List.of("ESRCH", "succeeded"))
            assertEquals(
                    outcome.equals("ESRCH") ? inconclusive : failed,
                    Judgement.of(SEE, false, with(outcome), with("succeeded"), with("succeeded"), "")
                            .ofTheDead()
                            .verdict());
    }

    @Test
    void theWorstVerdictDecides() {
        assertEquals(failed, Report.worst(List.of(passed, inconclusive, failed, notApplicable)));
        assertEquals(inconclusive, Report.worst(List.of(passed, notApplicable, inconclusive)));
        assertEquals(passed, Report.worst(List.of(notApplicable, passed)));
        assertEquals(notApplicable, Report.worst(List.of(notApplicable)));
        assertEquals(inconclusive, Report.worst(List.of()));
    }
}
