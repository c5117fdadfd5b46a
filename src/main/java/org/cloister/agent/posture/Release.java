package org.cloister.agent.posture;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A release of the kernel such as 6.1.140. */
record Release(int major, int minor, int patch) implements Comparable<Release> {

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
    private static final Pattern DEBIAN = Pattern.compile(" Debian (\\d\\S+) \\(");
    private static final Comparator<Release> ORDER = Comparator.comparingInt(Release::major)
            .thenComparingInt(Release::minor)
            .thenComparingInt(Release::patch);

    /** The first in a text. */
    static Optional<Release> in(String text) {
        Matcher release = NUMBERS.matcher(text);
        if (!release.find()) return Optional.empty();
        String patch = release.group(3);
        return Optional.of(new Release(
                Integer.parseInt(release.group(1)),
                Integer.parseInt(release.group(2)),
                patch == null ? 0 : Integer.parseInt(patch)));
    }

    /** From the text of /proc/version. Debian names the one that it built from: "… SMP … Debian 6.1.140-1 (2025-05-22)". */
    static Optional<Release> of(String version) {
        Matcher debian = DEBIAN.matcher(version);
        return in(debian.find() ? debian.group(1) : version);
    }

    @Override
    public int compareTo(Release other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
