package org.cloister.agent.posture;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.State;

/** The kernel's release against known bugs that a tenant can reach, its age, and whether it takes on more code. */
final class Kernel {

    static final String VERSION = "/proc/version";
    static final String MODULES = "/proc/modules";
    static final String LOCKED = "/proc/sys/kernel/modules_disabled";

    private static final String UPDATE = "apt-get update && apt-get install linux-image-amd64, and a reboot";
    private static final int DAYS = 120;

    private static final Pattern DEBIAN_DATE = Pattern.compile("\\((\\d{4}-\\d{2}-\\d{2})\\)$");
    private static final Pattern DATE = Pattern.compile("([A-Z][a-z]{2}) +(\\d{1,2}) [\\d:]{8} \\S+ (\\d{4})$");
    private static final DateTimeFormatter WORDS = DateTimeFormatter.ofPattern("yyyy MMM d", Locale.ENGLISH);

    /** In every release from {@code since} on, until {@code fixed}. */
    private record Bug(String cve, Release since, Release fixed) {

        Bug(String cve, String since, String fixed) {
            this(cve, Release.in(since).orElseThrow(), Release.in(fixed).orElseThrow());
        }

        boolean in(Release release) {
            return release.compareTo(since) >= 0 && release.compareTo(fixed) < 0;
        }
    }

    /**
     * Bugs that make a program under a tenant's confinement root of the machine, by series, of 5.19 and later. Never all
     * of them: the release's age stands beside it.
     */
    private static final List<Bug> BUGS = List.of(
            // The tree of memory areas is changed without its lock ("StackRot"); mmap(2) is enough.
            new Bug("CVE-2023-3269", "6.1", "6.1.37"),
            new Bug("CVE-2023-3269", "6.2", "6.3.11"),
            new Bug("CVE-2023-3269", "6.4", "6.4.1"),
            // nf_tables, from a user namespace of one's own: tenants of the nesting profile.
            new Bug("CVE-2024-1086", "5.19", "6.1.76"),
            new Bug("CVE-2024-1086", "6.2", "6.6.15"),
            new Bug("CVE-2024-1086", "6.7", "6.7.3"),
            // Unix sockets in flight are freed while somebody peeks at them.
            new Bug("CVE-2026-23394", "6.10.1", "6.18.23"),
            new Bug("CVE-2026-23394", "6.19", "6.19.10"));

    private Kernel() {}

    /**
     * @param version the text of /proc/version
     * @param modules of /proc/modules; empty where the kernel has no modules
     * @param locked of kernel.modules_disabled
     */
    static List<PostureCheck> judge(
            String version, Optional<String> modules, Optional<String> locked, LocalDate today) {
        return List.of(bugs(version), age(version, today), modules(modules, locked));
    }

    private static PostureCheck bugs(String version) {
        Optional<Release> release = Release.of(version);
        List<String> open = BUGS.stream()
                .filter(bug -> release.isPresent() && bug.in(release.get()))
                .map(Bug::cve)
                .distinct()
                .toList();
        boolean good = release.isPresent() && open.isEmpty();
        String shown = release.map(Release::toString).orElse("a release that cannot be read");
        return new PostureCheck(
                "kernel.bugs",
                good ? State.GOOD : State.OPEN,
                "none of those that this Cloister knows",
                open.isEmpty() ? shown : shown + " has " + String.join(", ", open),
                "All tenants share this kernel: who uses such a bug is root of the machine.",
                good ? "" : UPDATE,
                null);
    }

    private static PostureCheck age(String version, LocalDate today) {
        Optional<LocalDate> built = built(version);
        long days = built.map(date -> ChronoUnit.DAYS.between(date, today)).orElse(Long.MAX_VALUE);
        return new PostureCheck(
                "kernel.age",
                days <= DAYS ? State.GOOD : State.WEAK,
                "built in the last " + DAYS + " days",
                built.map(date -> "built on " + date + ", " + days + " days ago")
                        .orElse("the kernel does not say when it was built"),
                "What became known since the kernel was built is open to every tenant.",
                days <= DAYS ? "" : UPDATE,
                null);
    }

    /** "(2025-05-22)" with Debian, else as date(1) prints it: "Tue Nov  3 12:00:00 UTC 2026". */
    static Optional<LocalDate> built(String version) {
        Matcher debian = DEBIAN_DATE.matcher(version.strip());
        if (debian.find()) return Optional.of(LocalDate.parse(debian.group(1)));
        Matcher date = DATE.matcher(version.strip());
        if (!date.find()) return Optional.empty();
        return Optional.of(LocalDate.parse(date.group(3) + " " + date.group(1) + " " + date.group(2), WORDS));
    }

    /** Not for ops/harden: read from sysctl.d at boot, it would keep the machine's own drivers out. */
    private static PostureCheck modules(Optional<String> modules, Optional<String> locked) {
        boolean good = modules.isEmpty() || locked.filter("1"::equals).isPresent();
        return new PostureCheck(
                "kernel.modules",
                good ? State.GOOD : State.WEAK,
                "no more are loaded",
                modules.isEmpty() ? "this kernel has none" : good ? "no more are loaded" : "loaded when a program asks",
                "A socket or file of a rare kind, asked for by a tenant's program, makes the kernel load a driver that nobody needs, with its bugs.",
                good
                        ? ""
                        : "sysctl -w kernel.modules_disabled=1, when all that the machine needs is loaded; nothing but a reboot takes it back",
                null);
    }
}
