package org.cloister.manager.page;

import io.quarkus.qute.TemplateExtension;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers and times as people read them. */
@TemplateExtension
public final class Words {

    private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};

    private Words() {}

    /** Powers of 1,024 by their common names, three figures at most: "1.5 GB", "512 MB". */
    public static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String figures =
                value < 9.95 && unit > 0 ? String.format(Locale.ROOT, "%.1f", value) : Long.toString(Math.round(value));
        return (figures.endsWith(".0") ? figures.substring(0, figures.length() - 2) : figures) + " " + UNITS[unit];
    }

    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** CPU as people buy it. @param percent 100 is one core */
    public static String cores(long percent) {
        if (percent == 100) return "1 core";
        String cores = percent % 100 == 0 ? Long.toString(percent / 100) : Double.toString(percent / 100.0);
        return cores + " cores";
    }

    /** For readers without the script, which knows their zone. */
    public static String utc(Instant at) {
        return UTC.format(at);
    }

    public static String took(Duration time) {
        long millis = time.toMillis();
        if (millis < 1_000) return millis + " ms";
        if (millis < 60_000) return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        return millis / 60_000 + " min " + millis % 60_000 / 1_000 + " s";
    }

    /** "3 tenants", "1 tenant". */
    public static String plural(long number, String noun) {
        return count(number) + " " + (number == 1 ? noun : noun + "s");
    }
}
