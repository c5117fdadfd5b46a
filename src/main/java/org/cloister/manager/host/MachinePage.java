package org.cloister.manager.host;

import java.util.List;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Gauge;
import org.cloister.manager.page.Sign;
import org.cloister.manager.webhook.WebhookCard;

/**
 * What the page of the machine shows.
 *
 * @param sentence the posture in one, and {@code more} below it
 * @param missing what the machine lacks, one sentence each
 * @param webhook null where there is none
 * @param wanting checks that are not good, the worst first
 */
record MachinePage(
        Sign sign,
        String sentence,
        String more,
        List<Gauge> gauges,
        List<Fact> facts,
        WebhookCard.View webhook,
        List<String> missing,
        List<Row> wanting,
        List<Row> good) {

    /** @param command whether what mends it can be typed as it stands */
    record Row(Sign sign, String id, String found, String expected, String risk, String mend, boolean command) {}
}
