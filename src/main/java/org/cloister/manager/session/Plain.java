package org.cloister.manager.session;

import java.util.regex.Pattern;

/** Text of a client's or tenant's choosing, to be shown to somebody else. */
public final class Plain {

    private static final Pattern SPACES = Pattern.compile("\\s+");

    /** What would move or hide the text around it, in a terminal or in a page. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}]");

    private Plain() {}

    /** On one line, with a question mark for each character that cannot be seen, cut after so many. */
    public static String text(String text, int most) {
        String head = text.length() <= most ? text : text.substring(0, most) + "…";
        return UNSEEN.matcher(SPACES.matcher(head).replaceAll(" ")).replaceAll("?");
    }
}
