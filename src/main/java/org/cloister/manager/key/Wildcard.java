package org.cloister.manager.key;

/** Patterns of ssh_config(5): * stands for any characters, ? for one. */
final class Wildcard {

    private Wildcard() {}

    /** Takes time in proportion to the two lengths' product at most, whoever wrote them: no backtracking but to the last *. */
    static boolean matches(String pattern, String text) {
        int p = 0;
        int star = -1;
        int resume = 0;
        for (int t = 0; t < text.length(); ) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') p++;
        return p == pattern.length();
    }
}
