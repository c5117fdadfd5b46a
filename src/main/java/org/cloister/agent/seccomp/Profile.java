package org.cloister.agent.seccomp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A profile: rules in their order, the first that fits decides. The grammar stands at the head of strict.rules. */
public record Profile(List<Rule> rules) {

    private static final Map<String, Integer> ERRORS =
            Map.of("EPERM", 1, "EACCES", 13, "ENOSYS", 38, "EPROTONOSUPPORT", 93, "EAFNOSUPPORT", 97);

    private static final Pattern CONDITION =
            Pattern.compile("arg([0-5])(?: & (0x[0-9a-f]{1,8}|\\d{1,9}))? (==|!=) (0x[0-9a-f]{1,8}|\\d{1,9})");

    /** @throws IllegalArgumentException names the line that makes no sense; nothing is guessed */
    public static Profile parse(String text) {
        List<Rule> rules = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String content = line.strip();
            if (content.isEmpty() || content.startsWith("#")) continue;
            try {
                rules.add(rule(content));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ": " + e.getMessage() + ": " + content, e);
            }
        }
        if (rules.isEmpty()) throw new IllegalArgumentException("the profile allows nothing");
        return new Profile(List.copyOf(rules));
    }

    /** The rules that speak of each call, in their order. */
    Map<String, List<Rule>> byCall() {
        Map<String, List<Rule>> byCall = new LinkedHashMap<>();
        for (Rule rule : rules)
            for (String call : rule.calls())
                byCall.computeIfAbsent(call, c -> new ArrayList<>()).add(rule);
        return byCall;
    }

    private static Rule rule(String line) {
        String[] halves = line.split(" when(?: |$)", 2);
        List<String> words = new ArrayList<>(List.of(halves[0].split(" +")));
        int error = switch (words.removeFirst()) {
            case "allow" -> 0;
            case "deny" -> error(words);
            default -> throw new IllegalArgumentException("a rule begins with allow or deny");
        };
        if (words.isEmpty()) throw new IllegalArgumentException("no call is named");
        for (String word : words)
            if (!word.matches("[a-z_][a-z0-9_]*")) throw new IllegalArgumentException(word + " is no name of a call");
        return new Rule(error, List.copyOf(words), halves.length == 1 ? List.of() : conditions(halves[1]));
    }

    private static int error(List<String> words) {
        Integer error = words.isEmpty() ? null : ERRORS.get(words.removeFirst());
        if (error == null) throw new IllegalArgumentException("deny needs one of " + ERRORS.keySet());
        return error;
    }

    private static List<Rule.Condition> conditions(String text) {
        List<Rule.Condition> conditions = new ArrayList<>();
        Matcher matcher = CONDITION.matcher(text.strip());
        int at = 0;
        while (matcher.find()) {
            if (!text.strip().substring(at, matcher.start()).isBlank()) break;
            at = matcher.end();
            int mask = matcher.group(2) == null
                    ? -1
                    : Long.decode(matcher.group(2)).intValue();
            conditions.add(new Rule.Condition(
                    Integer.parseInt(matcher.group(1)),
                    mask,
                    Long.decode(matcher.group(4)).intValue(),
                    matcher.group(3).equals("==")));
        }
        if (conditions.isEmpty() || at != text.strip().length())
            throw new IllegalArgumentException("a condition is argN & MASK == VALUE, or !=");
        return List.copyOf(conditions);
    }
}
