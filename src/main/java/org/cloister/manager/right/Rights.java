package org.cloister.manager.right;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;

/**
 * The table of rules. A tenant is told "not there" for whatever is not its own, and nobody looks whether it is there: the
 * two cannot be told apart.
 */
public final class Rights {

    /** How a request is answered. */
    public enum Ruling {
        GRANTED,

        /** Said openly: the caller may know that it is there. */
        REFUSED,

        /** As for what does not exist. */
        NOT_THERE
    }

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final List<Rule> RULES = read();

    private Rights() {}

    private static List<Rule> read() {
        try (InputStream rules = Rights.class.getResourceAsStream("rules")) {
            return new String(rules.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Rule::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param path without the query, each part as it is meant (decoded, no dots)
     * @param owns whether an operation (its id as it stands in the path) is of a tenant (its name)
     */
    public static Ruling of(Caller caller, String method, String path, BiPredicate<String, String> owns) {
        String asked = method.equals("HEAD") ? "GET" : method;
        Ruling otherwise = caller.role() == Role.TENANT ? Ruling.NOT_THERE : Ruling.REFUSED;
        if (!listed(caller, asked, path, owns)) return otherwise;
        return caller.readOnly() && !SAFE.contains(method) ? Ruling.REFUSED : Ruling.GRANTED;
    }

    /** Whether the table lets somebody open a WebSocket. */
    public static boolean mayOpen(Caller caller, String path) {
        return of(caller, Upgrade.METHOD, path, (operation, tenant) -> false) == Ruling.GRANTED;
    }

    /** Whether the answer may need the database: then not on a thread that must not wait. */
    static boolean asksDatabase(Caller caller, String path) {
        return caller.role() == Role.TENANT && path.contains("/operations/");
    }

    private static boolean listed(Caller caller, String method, String path, BiPredicate<String, String> owns) {
        boolean granted = caller.role() == Role.ADMIN;
        for (Rule rule : RULES) {
            Matcher fit = rule.fits(caller, method, path);
            if (fit == null) continue;
            if (rule.method().equals(Rule.NEVER)) granted = false;
            else if (!rule.asksOperation() || owns.test(fit.group("operation"), caller.tenant())) granted = true;
        }
        return granted;
    }
}
