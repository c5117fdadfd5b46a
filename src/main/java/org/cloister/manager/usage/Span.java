package org.cloister.manager.usage;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.cloister.manager.problem.Refusal;

/** How far back a chart looks, and which samples it is drawn from. */
public enum Span {
    HOUR(Duration.ofHours(1), 60),
    DAY(Duration.ofDays(1), 600),
    WEEK(Duration.ofDays(7), 7200),
    MONTH(Duration.ofDays(30), 7200),
    YEAR(Duration.ofDays(365), 86400);

    private final Duration back;
    private final int step;

    Span(Duration back, int step) {
        this.back = back;
        this.step = step;
    }

    /** @throws Refusal it is none of them */
    static Span of(String word) {
        return word == null || word.isEmpty()
                ? HOUR
                : Arrays.stream(values())
                        .filter(span -> span.word().equals(word))
                        .findFirst()
                        .orElseThrow(() -> Refusal.invalid("span", "A span is hour, day, week, month or year."));
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    Duration back() {
        return back;
    }

    /** Seconds that a sample stands for. */
    int step() {
        return step;
    }
}
