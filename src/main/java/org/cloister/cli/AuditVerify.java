package org.cloister.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks records of every kind. What it finds anybody can find by hand: {@code ssh-keygen -Y verify} for a signature,
 * {@code sha256sum} for what the next record calls "previous".
 */
final class AuditVerify {

    private static final Pattern HEAD = Pattern.compile("(\\d{1,18}):([0-9a-f]{64})");
    private static final Pattern ANCHORED = Pattern.compile(HEAD + " .*");

    private final PrintStream out;
    private final Trust trust;
    private final NavigableMap<Long, SoundRecord> chain = new TreeMap<>();

    /** Numbers of files that are there and not sound: told already, and not missing. */
    private final TreeSet<Long> unsound = new TreeSet<>();

    private int faults;

    private AuditVerify(PrintStream out, Trust trust) {
        this.out = out;
        this.trust = trust;
    }

    /**
     * @return 0 where all is well, 1 where something is wrong, which is told
     * @throws IllegalArgumentException the words make no sense
     */
    static int run(List<String> words, PrintStream out) throws IOException {
        Trust trust = Trust.ofWhoeverBegins();
        List<Matcher> heads = new ArrayList<>();
        List<Matcher> anchored = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith("--") && i + 1 == words.size())
                throw new IllegalArgumentException(word + " is not known, or needs a value.");
            switch (word) {
                case "--signers" -> trust = Trust.in(Path.of(words.get(++i)));
                case "--head" -> {
                    Matcher head = HEAD.matcher(words.get(++i));
                    if (!head.matches())
                        throw new IllegalArgumentException(
                                "--head is the number of a record, a colon and its SHA-256.");
                    heads.add(head);
                }
                case "--anchor" -> {
                    for (String line : Files.readAllLines(Path.of(words.get(++i)))) {
                        Matcher noted = ANCHORED.matcher(line);
                        if (noted.matches()) anchored.add(noted);
                    }
                }
                default -> {
                    if (word.startsWith("--")) throw new IllegalArgumentException(word + " is not known.");
                    files.add(Path.of(word));
                }
            }
        }
        if (files.isEmpty()) throw new IllegalArgumentException("Which records? Name their files, or the archive.");
        AuditVerify verify = new AuditVerify(out, trust);
        for (Path file : files) RecordFile.each(file, verify::take);
        verify.follow();
        for (Matcher head : heads) verify.head(head);
        for (Matcher noted : anchored) if (!verify.isBefore(noted)) verify.head(noted);
        verify.conclude();
        return verify.faults == 0 ? 0 : 1;
    }

    private void take(RecordFile file) {
        try {
            SoundRecord record = SoundRecord.of(file);
            SoundRecord other = chain.putIfAbsent(record.link().sequence(), record);
            if (other != null && !other.link().sha256().equals(record.link().sha256()))
                fault(file.name() + ": there is another record of the number "
                        + record.link().sequence() + ", " + other.name() + ".");
        } catch (SoundRecord.Unsound e) {
            if (e.sequence() > 0) unsound.add(e.sequence());
            fault(e.getMessage());
        }
    }

    private void follow() {
        SoundRecord before = null;
        for (SoundRecord record : chain.values()) {
            if (before != null) follow(before, record);
            out.printf(
                    "%-6d %-9s %-20s %s  signed by %s%n",
                    record.link().sequence(), record.link().kind(), record.what(), record.at(), record.signer());
            String objection = trust.judge(record);
            if (objection != null) fault(record.name() + ": " + objection + ".");
            before = record;
        }
    }

    private void follow(SoundRecord before, SoundRecord record) {
        List<Long> missing = new ArrayList<>();
        boolean next = true;
        for (long sequence = before.link().sequence() + 1;
                sequence < record.link().sequence();
                sequence++) {
            next = false;
            if (!unsound.contains(sequence)) missing.add(sequence);
            if (missing.size() > 1_000_000) break;
        }
        if (missing.size() == 1) fault("Record " + missing.getFirst() + " is missing.");
        if (missing.size() > 1) fault("Records " + missing.getFirst() + " to " + missing.getLast() + " are missing.");
        if (next && !record.link().previous().equals(before.link().sha256()))
            fault(record.name() + ": it does not follow " + before.name() + ", but a record whose SHA-256 begins with "
                    + start(record.link().previous()) + ".");
    }

    private static String start(String hash) {
        return hash.isEmpty() ? "nothing" : hash.substring(0, Math.min(12, hash.length()));
    }

    /** What was noted down elsewhere is part of the chain, so that nobody cut its end off. */
    private void head(Matcher noted) {
        long sequence = Long.parseLong(noted.group(1));
        SoundRecord record = chain.get(sequence);
        if (record != null && !record.link().sha256().equals(noted.group(2)))
            fault(record.name() + ": it is not the record " + sequence + " that was noted down.");
        else if (record == null && !unsound.contains(sequence))
            fault("The chain was seen to reach record " + sequence + ", which is not here.");
    }

    private boolean isBefore(Matcher noted) {
        return chain.isEmpty() || Long.parseLong(noted.group(1)) < chain.firstKey();
    }

    private void conclude() {
        if (faults == 0 && chain.size() == 1) out.println("Record " + chain.firstKey() + " is whole.");
        else if (faults == 0)
            out.println("Records " + chain.firstKey() + " to " + chain.lastKey() + " are whole, and none is missing.");
        if (!trust.isOfAFile())
            out.println(
                    "Whose key it is was not checked: compare it with keys/audit.signers of the machine (--signers).");
    }

    private void fault(String sentence) {
        faults++;
        out.println("WRONG  " + sentence);
    }
}
