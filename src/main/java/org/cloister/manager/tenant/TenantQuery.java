package org.cloister.manager.tenant;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;

/**
 * Which tenants are asked for and in what order, as it stands in the address of the list. What is not understood is as if
 * it were not there: an old bookmark shows a list, no error.
 *
 * @param text part of a name or an address, in lower case; empty for any
 * @param state the word of a state, or "changing" for those on their way to another; empty for any
 * @param plan its name; empty for any
 * @param hits only those that ran into a limit
 * @param order of the rows
 * @param reversed the order, backwards
 * @param page from 1
 */
record TenantQuery(String text, String state, String plan, boolean hits, Order order, boolean reversed, int page) {

    static final int ROWS = 50;

    private static final int LONGEST = 64;

    static final List<String> STATES = List.of("running", "stopped", "frozen", "failed", "changing");

    enum Order {
        NAME(null),
        STATE(null),
        PLAN(null),
        CPU(Roster.Line::cpu),
        NETWORK(Roster.Line::network),
        MEMORY(Roster.Line::memory),
        PROCESSES(Roster.Line::processes),
        DISK(Roster.Line::disk),
        HITS(Roster.Line::hits);

        /** Null for words, which sort from the first letter; figures sort from the largest. */
        private final ToDoubleFunction<Roster.Line> figure;

        Order(ToDoubleFunction<Roster.Line> figure) {
            this.figure = figure;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private Comparator<Roster.Line> comparator() {
            Comparator<Roster.Line> byName =
                    Comparator.comparing(line -> line.tenant().name());
            return switch (this) {
                case NAME -> byName;
                case STATE ->
                    Comparator.<Roster.Line, Integer>comparing(line -> weight(line.tenant()))
                            .thenComparing(byName);
                case PLAN ->
                    Comparator.<Roster.Line, String>comparing(
                                    line -> line.tenant().plan())
                            .thenComparing(byName);
                default -> Comparator.comparingDouble(figure).reversed().thenComparing(byName);
            };
        }

        /** What needs somebody first. */
        private static int weight(Roster.Tenancy tenant) {
            return switch (tenant.state()) {
                case FAILED -> 0;
                case CREATING, STARTING, STOPPING, DELETING -> 1;
                case FROZEN -> 2;
                case RUNNING -> 3;
                case STOPPED -> 4;
            };
        }
    }

    /** @param sort the word of an order, with "-" before it for backwards; each may be null */
    static TenantQuery of(String text, String state, String plan, String hits, String sort, String page) {
        String by = sort == null ? "" : sort;
        boolean reversed = by.startsWith("-");
        String word = reversed ? by.substring(1) : by;
        return new TenantQuery(
                text == null ? "" : cut(text.strip().toLowerCase(Locale.ROOT)),
                state != null && STATES.contains(state) ? state : "",
                plan == null ? "" : cut(plan.strip()),
                "yes".equals(hits),
                Arrays.stream(Order.values())
                        .filter(one -> one.word().equals(word))
                        .findFirst()
                        .orElse(Order.NAME),
                reversed,
                page != null && page.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(page) : 1);
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** Whether it names anything at all to look for. */
    public boolean filters() {
        return !text.isEmpty() || !state.isEmpty() || !plan.isEmpty() || hits;
    }

    boolean matches(Roster.Line line) {
        Roster.Tenancy tenant = line.tenant();
        return (text.isEmpty()
                        || tenant.name().contains(text)
                        || tenant.address4().startsWith(text)
                        || tenant.address6().startsWith(text))
                && (state.isEmpty() || state.equals(stateOf(tenant.state())))
                && (plan.isEmpty() || plan.equals(tenant.plan()))
                && (!hits || line.hits() > 0);
    }

    /** The state's word here: what is on its way somewhere is "changing". */
    static String stateOf(Tenant.State state) {
        return switch (state) {
            case CREATING, STARTING, STOPPING, DELETING -> "changing";
            default -> state.word();
        };
    }

    Comparator<Roster.Line> comparator() {
        return reversed ? order.comparator().reversed() : order.comparator();
    }

    TenantQuery onPage(int number) {
        return new TenantQuery(text, state, plan, hits, order, reversed, number);
    }

    TenantQuery inState(String other) {
        return new TenantQuery(text, other, plan, hits, order, reversed, 1);
    }

    /** The same column again turns the order round. */
    TenantQuery by(Order column) {
        return new TenantQuery(text, state, plan, hits, column, column == order && !reversed, 1);
    }

    /** As it stands in an address, with the "?"; empty where it says nothing. */
    String address() {
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        if (!text.isEmpty()) query.add("q=" + encoded(text));
        if (!state.isEmpty()) query.add("state=" + state);
        if (!plan.isEmpty()) query.add("plan=" + encoded(plan));
        if (hits) query.add("hits=yes");
        if (order != Order.NAME || reversed) query.add("sort=" + sort());
        if (page > 1) query.add("page=" + page);
        return query.toString();
    }

    public String sort() {
        return (reversed ? "-" : "") + order.word();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
