package org.cloister.manager.page;

/**
 * How much of something is used.
 *
 * @param percent how far the gauge is filled, 0 to 100
 * @param tone empty, "attention" from 80 percent, "danger" from 95
 * @param hint one more sentence below the gauge; empty if there is none
 */
public record Gauge(String label, String used, String limit, int percent, String tone, String hint) {

    public static Gauge ofBytes(String label, long used, long limit, String hint) {
        return of(label, Words.bytes(used), Words.bytes(limit), share(used, limit), hint);
    }

    public static Gauge ofCount(String label, long used, long limit, String hint) {
        return of(label, Words.count(used), Words.count(limit), share(used, limit), hint);
    }

    public static Gauge of(String label, String used, String limit, int percent, String hint) {
        String tone = percent >= 95 ? "danger" : percent >= 80 ? "attention" : "";
        return new Gauge(label, used, limit, percent, tone, hint);
    }

    /** What is used at all is never drawn as nothing. */
    public static int share(long used, long limit) {
        if (limit <= 0 || used <= 0) return 0;
        return (int) Math.clamp(Math.round(100.0 * used / limit), 1, 100);
    }
}
