package org.cloister.manager.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.cloister.manager.problem.Refusal;

/**
 * Tenants to be, as lines of CSV (RFC 4180): name, plan, template, key. A first line that names the columns puts them into
 * any order; without one they stand in this. An empty template is the host's own suite; the word "invite" for a key means
 * that the owner gets a link instead.
 */
record Batch(List<Line> lines) {

    static final int MOST = 200;

    private static final List<String> COLUMNS = List.of("name", "plan", "template", "key");

    /** @param number of the line in the text, from 1, where the record begins */
    record Line(int number, String name, String plan, String template, String key) {

        public boolean invites() {
            return key.equalsIgnoreCase("invite");
        }

        Wish.NewTenant wish() {
            return new Wish.NewTenant(
                    name,
                    plan,
                    template.isEmpty() ? null : template,
                    key.isEmpty() || invites() ? List.of() : List.of(key),
                    true);
        }
    }

    /** @throws Refusal the text is no such list; what single lines say is not checked here */
    static Batch read(String text) {
        List<Row> rows = rows(text.startsWith("\ufeff") ? text.substring(1) : text);
        if (rows.isEmpty())
            throw wrong("There is no line: each is name,plan,template,key such as alice,small,,ssh-ed25519 AAAAC3….");
        List<String> order = COLUMNS;
        List<String> first = rows.getFirst().cells().stream()
                .map(cell -> cell.toLowerCase(Locale.ROOT))
                .toList();
        if (first.contains("name") && first.contains("plan")) {
            for (String column : first)
                if (!COLUMNS.contains(column) || first.indexOf(column) != first.lastIndexOf(column))
                    throw wrong("The columns are name, plan, template and key, each once.");
            order = first;
            rows = rows.subList(1, rows.size());
        }
        if (rows.isEmpty()) throw wrong("There is no line below the columns’ names.");
        if (rows.size() > MOST)
            throw wrong("There are " + rows.size() + " lines; " + MOST + " are made at a time at most.");
        List<Line> lines = new ArrayList<>();
        for (Row row : rows) lines.add(line(row, order));
        return new Batch(lines);
    }

    private static Line line(Row row, List<String> order) {
        if (row.cells().size() > order.size())
            throw wrong("Line " + row.number() + " has " + row.cells().size() + " columns; " + order.size()
                    + " are known: " + String.join(", ", order) + ". Put quotes around what holds a comma.");
        return new Line(
                row.number(),
                cell(row, order, "name"),
                cell(row, order, "plan"),
                cell(row, order, "template"),
                cell(row, order, "key"));
    }

    private static String cell(Row row, List<String> order, String column) {
        int place = order.indexOf(column);
        return place < 0 || place >= row.cells().size() ? "" : row.cells().get(place);
    }

    private record Row(int number, List<String> cells) {}

    private static List<Row> rows(String text) {
        List<Row> rows = new ArrayList<>();
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        int line = 1;
        int begun = 1;
        for (int i = 0; i <= text.length(); i++) {
            if (quoted && i == text.length())
                throw wrong("A quote is opened in the line that begins at " + begun + " and never closed.");
            char c = i == text.length() ? '\n' : text.charAt(i);
            if (quoted) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') cell.append(text.charAt(i++));
                else if (c == '"') quoted = false;
                else cell.append(c);
            } else if (c == '"' && cell.toString().isBlank()) {
                cell.setLength(0);
                quoted = true;
            } else if (c == ',' || c == '\n') {
                cells.add(cell.toString().strip());
                cell.setLength(0);
                if (c == '\n') {
                    if (!cells.equals(List.of(""))) rows.add(new Row(begun, cells));
                    cells = new ArrayList<>();
                    begun = line + 1;
                }
            } else cell.append(c);
            if (c == '\n') line++;
        }
        return rows;
    }

    private static Refusal wrong(String sentence) {
        return Refusal.invalid("csv", sentence);
    }

    /** The names that stand in more than one line. */
    Map<String, Set<Integer>> repeated() {
        Map<String, Set<Integer>> places = new TreeMap<>();
        for (Line line : lines)
            if (!line.name().isEmpty())
                places.computeIfAbsent(line.name(), name -> new TreeSet<>()).add(line.number());
        places.values().removeIf(numbers -> numbers.size() == 1);
        return places;
    }
}
