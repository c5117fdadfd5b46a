package org.cloister.manager.tenant;

import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Words;

/** How far something of the machine is sold: what plans promise against what is there. @param words what is promised */
record Promised(String words, Sign sign) {

    static Promised of(String words, long promised, long there) {
        if (promised == 0) return new Promised("", new Sign("nothing promised yet", "later", "quiet"));
        String share = there <= 0 ? "" : Words.count(Math.round(100.0 * promised / there)) + " %";
        return new Promised(
                words + " promised",
                promised > there ? Sign.attention("oversold, " + share) : new Sign(share + " sold", "check", "fine"));
    }
}
