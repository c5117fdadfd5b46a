package org.cloister.agent.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.cloister.agent.linux.Command;

/**
 * Rules as nft(8) lists them, part by part. What rules should look like is what the kernel itself makes of them in a network
 * namespace that is gone a moment later, so that both sides are written alike.
 *
 * @param parts "set source4", "chain through" and so on, to their text without its layout
 */
record Listing(Map<String, String> parts) {

    /** What a transaction lists is without the rules that it makes: so they are listed by the next. */
    private static final String LOAD_AND_LIST = "nft --file - && exec nft --stateless list table inet \"$1\"";

    /** @param rules a file of nft(8) that makes the table */
    static Listing of(String rules, String table) throws IOException {
        return of(Command.run(List.of("unshare", "--net", "--", "sh", "-c", LOAD_AND_LIST, "sh", table), rules, 30));
    }

    static Listing of(String listing) {
        Map<String, String> parts = new LinkedHashMap<>();
        String table = "";
        String part = null;
        StringBuilder text = new StringBuilder();
        for (String line : listing.lines().toList()) {
            String word = line.strip();
            if (line.startsWith("table ")) table = word.replace(" {", "");
            else if (part == null && line.startsWith("\t") && word.endsWith("{")) part = word.replace(" {", "");
            else if (part != null && line.equals("\t}")) {
                parts.put(table + ", " + part, text.toString());
                part = null;
                text.setLength(0);
            } else if (part != null) text.append(text.isEmpty() ? "" : " ").append(word);
        }
        return new Listing(parts);
    }

    List<Stray> strays(String what, Listing found) {
        List<Stray> strays = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(parts.keySet());
        names.addAll(found.parts.keySet());
        for (String name : names) {
            String expected = parts.getOrDefault(name, "no such part");
            String is = found.parts.getOrDefault(name, "no such part");
            if (!expected.equals(is)) strays.add(new Stray(what + ", " + name, expected, is));
        }
        return strays;
    }
}
