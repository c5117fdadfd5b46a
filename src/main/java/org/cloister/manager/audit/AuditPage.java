package org.cloister.manager.audit;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Sign;

/**
 * A report as its page shows it. Texts of the report are shown as they are; they are escaped by the template.
 *
 * @param sequence its place in the chain; empty, as signer and previous are, for one of before there was a chain
 * @param previous the SHA-256 of the report before it; empty for the first
 * @param columns the victims of a square; empty where attackers are listed, each with its own victims
 * @param shown which attackers are listed, in words; empty for a square
 * @param tenant whose cells alone are listed; empty for everybody's
 * @param notable cells in which something did not pass, and {@code unshown} how many more there are; empty for none
 * @param weaker which tenants ran with a weaker profile, one sentence; empty if none did
 */
record AuditPage(
        UUID id,
        Sign sign,
        String sentence,
        String more,
        String weaker,
        Instant startedAt,
        List<String> columns,
        List<Row> rows,
        String shown,
        String tenant,
        List<VectorGroup> vectors,
        String vectorsSentence,
        List<Outside> outside,
        List<Finding> findings,
        List<Control> controls,
        List<Fact> facts,
        String claims,
        String notClaimed,
        List<AuditCell> notable,
        String unshown,
        String sequence,
        String signer,
        String previous) {

    /** One attacker against everyone. */
    record Row(String attacker, List<Square> cells) {}

    /**
     * A square of the matrix.
     *
     * @param more a second line; empty for none
     * @param url of the evidence; null where an attacker meets itself or nothing was tried
     */
    record Square(
            String anchor,
            String victim,
            String verdict,
            String icon,
            String count,
            String word,
            String more,
            String spoken,
            String url) {}

    /**
     * Vectors at things of one kind.
     *
     * @param tally what became of all their attempts, in words
     * @param controls those of auditors' catalogues that they speak to, in one line
     * @param open whether some of it got through or proves nothing
     */
    record VectorGroup(String name, String tally, String controls, boolean open, List<Vector> vectors) {}

    record Vector(
            String name,
            String tries,
            String stoppedBy,
            String passed,
            String failed,
            String voided,
            String inapplicable) {}

    /** One kind of fact that was read from the kernel. @param fault why it could not be read; empty where it could */
    record Outside(String name, Sign sign, String says, String looked, String fault) {}

    record Finding(String tenant, String check, String expected, String found) {}

    record Control(String name, Sign sign, String detail) {}
}
