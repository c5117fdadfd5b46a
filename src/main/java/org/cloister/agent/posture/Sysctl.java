package org.cloister.agent.posture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.Setting;
import org.cloister.protocol.PostureCheck.State;

/**
 * A line of the table {@code sysctls}: what a setting should be, and why.
 *
 * @param operand a number, the name of one ({@link Demand}), or empty where the condition has none
 * @param set what mends it: a value, or "up" for the next power of two
 * @param needed whether a kernel that lacks the setting is at fault
 */
record Sysctl(
        State otherwise,
        String key,
        String condition,
        String operand,
        String set,
        boolean irreversible,
        boolean needed,
        String risk,
        String costs) {

    private static final String ABSENT = "not in this kernel";

    /** From the text of the table. */
    static List<Sysctl> parse(String table) {
        List<Sysctl> parsed = new ArrayList<>();
        List<String> lines = table.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        for (int i = 0; i < lines.size(); i++) {
            String head = lines.get(i);
            if (head.startsWith(" ")) throw new IllegalArgumentException("no setting above: " + head);
            String risk = i + 1 < lines.size() && lines.get(i + 1).startsWith(" ")
                    ? lines.get(++i).strip()
                    : "";
            if (risk.isEmpty()) throw new IllegalArgumentException("no risk below: " + head);
            String costs = i + 1 < lines.size() && lines.get(i + 1).startsWith("    costs ")
                    ? lines.get(++i).strip().substring("costs ".length())
                    : "";
            parsed.add(parse(head.split(" +"), risk, costs));
        }
        return List.copyOf(parsed);
    }

    private static Sysctl parse(String[] words, String risk, String costs) {
        if (words.length < 3) throw new IllegalArgumentException("not a setting: " + String.join(" ", words));
        State otherwise = switch (words[0]) {
            case "open" -> State.OPEN;
            case "weak" -> State.WEAK;
            default -> throw new IllegalArgumentException("neither open nor weak: " + words[0]);
        };
        boolean plain = words[2].equals("file");
        if (!plain && (!List.of("==", "!=", ">=", "<=", "bits").contains(words[2]) || words.length < 4))
            throw new IllegalArgumentException("no condition: " + String.join(" ", words));
        String operand = plain ? "" : words[3];
        String set = operand;
        boolean irreversible = false;
        boolean needed = false;
        for (int i = plain ? 3 : 4; i < words.length; i++) {
            switch (words[i]) {
                case "set" -> set = words[++i];
                case "irreversible" -> irreversible = true;
                case "needed" -> needed = true;
                default -> throw new IllegalArgumentException("not understood: " + words[i]);
            }
        }
        return new Sysctl(otherwise, words[1], words[2], operand, set, irreversible, needed, risk, costs);
    }

    String path() {
        return "/proc/sys/" + key.replace('.', '/');
    }

    /**
     * @param found the setting's text; empty where this kernel lacks it
     * @param named gives the numbers that the table knows by name
     */
    PostureCheck judge(Optional<String> found, ToLongFunction<String> named) {
        String expected = expected(named);
        String value = found.orElse(ABSENT);
        if (found.isEmpty() ? !needed : holds(value, named))
            return new PostureCheck(key, State.GOOD, expected, value, risk, "", null);
        if (found.isEmpty()) return new PostureCheck(key, otherwise, expected, value, risk, "a newer kernel", null);
        return new PostureCheck(
                key,
                otherwise,
                expected,
                value,
                risk,
                "ops/harden " + key,
                new Setting(key, mended(named), irreversible, costs));
    }

    /** What cannot be read as a number does not hold. */
    private boolean holds(String value, ToLongFunction<String> named) {
        if (condition.equals("file")) return !value.startsWith("|") && !value.startsWith("@");
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException e) {
            return false;
        }
        long wanted = number(named);
        return switch (condition) {
            case "==" -> number == wanted;
            case "!=" -> number != wanted;
            case ">=" -> number >= wanted;
            case "<=" -> number <= wanted;
            default -> (number & ~wanted) == 0;
        };
    }

    private String expected(ToLongFunction<String> named) {
        if (condition.equals("file")) return "a plain file";
        long number = number(named);
        return switch (condition) {
            case "==" -> Long.toString(number);
            case "!=" -> "not " + number;
            case ">=" -> number + " or more";
            case "<=" -> number + " or less";
            default -> number + ", or fewer of its bits";
        };
    }

    private String mended(ToLongFunction<String> named) {
        return set.equals("up") ? Long.toString(Long.highestOneBit(number(named) - 1) << 1) : set;
    }

    private long number(ToLongFunction<String> named) {
        return operand.matches("\\d+") ? Long.parseLong(operand) : named.applyAsLong(operand);
    }
}
