package org.cloister.agent.proof;

/**
 * What one attempt means beside its controls.
 *
 * <p>A denial counts only where the same attempt gets through in a broken sandbox, and the owner's own gets through where
 * there is an owner. What this machine or this victim does not have is not applicable, with why, and never passed.
 */
record Judgement(Report.Verdict verdict, String outcome, String detail) {

    private static final String NOT_TRIED = "not tried";

    /**
     * @param nesting whether the attacker's plan allows it user namespaces
     * @param attempt null where the probe did not report it; {@code owner} and {@code broken} as well
     * @param silence why it did not report
     */
    static Judgement of(
            Vector vector, boolean nesting, Attempt attempt, Attempt owner, Attempt broken, String silence) {
        if (attempt == null) return inconclusive(NOT_TRIED, silence);
        if (nesting && vector.name().equals("user-namespace"))
            return notApplicable(attempt.outcome(), "This tenant's plan allows nesting.");
        if (attempt.succeeded()) return new Judgement(Report.Verdict.failed, attempt.outcome(), attempt.detail());
        if (attempt.absent()) return notApplicable(NOT_TRIED, missing(attempt));
        if (!attempt.refused()) return inconclusive(attempt.outcome(), attempt.detail());
        if (broken == null) return inconclusive(attempt.outcome(), attempt.detail());
        if (vector.againstMachine() && broken.refused()) return notApplicable(attempt.outcome(), lacking(broken));
        boolean meaningful = broken.succeeded() && (vector.againstMachine() || owner != null && owner.succeeded());
        return meaningful
                ? new Judgement(Report.Verdict.passed, attempt.outcome(), attempt.detail())
                : inconclusive(attempt.outcome(), attempt.detail());
    }

    /** The same where the canary did not live to the end, so that nobody knows what was there to be reached. */
    Judgement ofTheDead() {
        return verdict == Report.Verdict.passed
                ? inconclusive(outcome, detail + "; the canary was dead after the attempts")
                : this;
    }

    private static String missing(Attempt attempt) {
        return attempt.detail().isEmpty() ? "The victim has nothing of that kind." : "It " + attempt.detail() + ".";
    }

    private static String lacking(Attempt broken) {
        return "This machine refuses it to its own root, too (" + broken.outcome()
                + "), so there is nothing that a tenant could reach.";
    }

    private static Judgement inconclusive(String outcome, String detail) {
        return new Judgement(Report.Verdict.inconclusive, outcome, detail);
    }

    private static Judgement notApplicable(String outcome, String detail) {
        return new Judgement(Report.Verdict.notApplicable, outcome, detail);
    }
}
