package org.cloister.manager.plan;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.Limit;

/** A limit's value as people type it: a number in the limit's unit, of bytes also with KB, MB, GB or TB (of 1,024) behind it. */
final class Quantity {

    private static final Pattern TYPED = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,6})?)\\s*([KMGT]?)I?B?");
    private static final Map<String, Integer> SHIFTS = Map.of("", 0, "K", 10, "M", 20, "G", 30, "T", 40);

    private Quantity() {}

    /** @throws Refusal it is no such value; whether it lies within its bounds is not asked here */
    static long read(Limit limit, String text) {
        Matcher typed = TYPED.matcher(text.strip().replace(",", "").toUpperCase(Locale.ROOT));
        if (!typed.matches() || !isBytes(limit) && !typed.group(2).isEmpty()) throw wrong(limit);
        BigDecimal value =
                new BigDecimal(typed.group(1)).multiply(BigDecimal.valueOf(1L << SHIFTS.get(typed.group(2))));
        try {
            return value.longValueExact();
        } catch (ArithmeticException e) {
            throw wrong(limit);
        }
    }

    /** So that it is read as the same value again. */
    static String write(Limit limit, long value) {
        if (!isBytes(limit) || value == 0) return Long.toString(value);
        for (String unit : new String[] {"T", "G", "M", "K"})
            if (value % (1L << SHIFTS.get(unit)) == 0) return (value >> SHIFTS.get(unit)) + " " + unit + "B";
        return Long.toString(value);
    }

    private static boolean isBytes(Limit limit) {
        return limit.unit() == Limit.Unit.BYTES || limit.unit() == Limit.Unit.BYTES_PER_SECOND;
    }

    private static Refusal wrong(Limit limit) {
        return Refusal.invalid(
                limit.key(),
                limit.key() + " is a whole number"
                        + (isBytes(limit) ? " of bytes, such as 512 MB or 1073741824." : "."));
    }
}
