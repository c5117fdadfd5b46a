package org.cloister.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines in columns, two spaces apart, without a frame: for people's eyes, awk and cut. */
final class Table {

    private final List<String[]> rows = new ArrayList<>();
    private final boolean[] right;

    /** @param heading one word or more a column; after ">" what is set right, as numbers are */
    Table(String... heading) {
        right = new boolean[heading.length];
        String[] words = heading.clone();
        for (int i = 0; i < words.length; i++) {
            right[i] = words[i].startsWith(">");
            if (right[i]) words[i] = words[i].substring(1);
        }
        rows.add(words);
    }

    /** Null is written as "-". */
    void row(Object... cells) {
        String[] row = new String[right.length];
        for (int i = 0; i < row.length; i++) {
            String text = i < cells.length && cells[i] != null ? Terminal.plain(cells[i].toString()) : "";
            row[i] = text.isEmpty() ? "-" : text;
        }
        rows.add(row);
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    /** @param bold whether the heading is set off, as a terminal can; the rest is plain */
    String text(boolean bold) {
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                String space = " ".repeat(width(i) - length(row[i]));
                line.append(right[i] ? space + row[i] : row[i] + space).append("  ");
            }
            String plain = line.toString().stripTrailing();
            text.append(bold && row == rows.getFirst() ? "\033[1m" + plain + "\033[0m" : plain)
                    .append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        int width = 0;
        for (String[] row : rows) width = Math.max(width, length(row[column]));
        return width;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
