package org.cloister.manager.account;

/** A browser's own name for itself, in two words. */
final class Browsers {

    private Browsers() {}

    /** "Firefox on Linux"; what names itself otherwise as it does. */
    static String words(String said) {
        String browser = said.contains("Firefox/")
                ? "Firefox"
                : said.contains("Edg/")
                        ? "Edge"
                        : said.contains("Chrome/")
                                ? "Chrome"
                                : said.contains("Safari/")
                                        ? "Safari"
                                        : said.isEmpty() ? "Unknown" : said.split("[ /]")[0];
        String system = said.contains("Android")
                ? "Android"
                : said.contains("iPhone") || said.contains("iPad")
                        ? "iOS"
                        : said.contains("Windows")
                                ? "Windows"
                                : said.contains("Mac OS") ? "macOS" : said.contains("Linux") ? "Linux" : "";
        return system.isEmpty() ? browser : browser + " on " + system;
    }
}
