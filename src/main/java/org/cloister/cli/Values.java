package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.cloister.protocol.Limit;

/** What the API counts in bytes, seconds and ids, as people read and write it. */
final class Values {

    private static final String UNITS = "KMGTP";

    private Values() {}

    /** "512 MB", "1.5 GB": of 1024, as everywhere in the product. */
    static String bytes(double bytes) {
        double value = bytes;
        int unit = -1;
        while (value >= 999.5 && unit < UNITS.length() - 1) {
            value /= 1024;
            unit++;
        }
        if (unit < 0) return Math.round(value) + " B";
        long tenths = Math.round(value * 10);
        boolean whole = tenths >= 100 || tenths % 10 == 0;
        return (whole ? String.valueOf(Math.round(value)) : tenths / 10 + "." + tenths % 10) + " " + UNITS.charAt(unit)
                + "B";
    }

    static String limit(Limit limit, long value) {
        if (limit.unit().rate() && value == 0) return "no limit";
        return switch (limit.unit()) {
            case PERCENT -> value + " %";
            case COUNT -> String.valueOf(value);
            case BYTES -> bytes(value);
            case BYTES_PER_SECOND -> bytes(value) + "/s";
            case PER_SECOND -> value + "/s";
        };
    }

    /** A line for each limit that is in it, by its name in the API. */
    static void limits(Table table, JsonNode limits) {
        for (Limit limit : Limit.values())
            if (limits.has(limit.key()))
                table.row(limit.key(), limit(limit, limits.get(limit.key()).asLong()));
    }

    /**
     * The value of LIMIT=VALUE: a number, or for bytes one with K, M, G or T of 1024.
     *
     * @throws UsageException it is none
     */
    static long typed(String limit, String value) {
        String number = value.replaceFirst("(?i)(?<=[0-9])[KMGT]$", "");
        int unit = number.length() == value.length()
                ? 0
                : 1 + UNITS.indexOf(Character.toUpperCase(value.charAt(value.length() - 1)));
        if (!number.matches("[0-9]{1,15}") || unit > 0 && !limit.endsWith("Bytes"))
            throw new UsageException(limit + "=" + value + ": the value is a number"
                    + (limit.endsWith("Bytes") ? ", of bytes, or such as 512M or 2G." : "."));
        long most = Long.MAX_VALUE >> 10 * unit;
        long said = Long.parseLong(number);
        if (said > most) throw new UsageException(limit + "=" + value + " is too much.");
        return said << 10 * unit;
    }

    /** In this machine's zone, to the second; "-" for never. */
    static String time(JsonNode at) {
        if (at == null || at.isNull() || at.isMissingNode()) return "-";
        var local = Instant.parse(at.asText()).atZone(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
        return local.toLocalDate() + " "
                + String.format("%02d:%02d:%02d", local.getHour(), local.getMinute(), local.getSecond());
    }

    /** Null where it is not there. */
    static String text(JsonNode object, String field) {
        return object.hasNonNull(field) ? object.get(field).asText() : null;
    }
}
