package org.cloister.agent.storage;

import java.util.function.Consumer;
import org.cloister.protocol.Reply;

/**
 * Reads debootstrap's lines ("I: Retrieving libc6 2.36…") and tells where it stands. How many packages there will be is
 * known when the last was retrieved; until then the percent rests on the size of a usual base system.
 */
final class DebootstrapProgress {

    private static final int USUAL_PACKAGES = 150;

    /** The phases in their order, each with the percent at which it ends. */
    private enum Phase {
        RETRIEVING("retrieve", 35),
        EXTRACTING("extract", 50),
        UNPACKING("unpack", 75),
        CONFIGURING("configure", 99);

        final String word;
        final int end;

        Phase(String word, int end) {
            this.word = word;
            this.end = end;
        }
    }

    private final Consumer<Reply.Progress> progress;
    private final int[] seen = new int[Phase.values().length];
    private int percent;
    private String lastWords = "it said nothing";

    DebootstrapProgress(Consumer<Reply.Progress> progress) {
        this.progress = progress;
    }

    void line(String line) {
        String text = line.strip();
        if (!text.isEmpty()) lastWords = text.length() > 300 ? text.substring(0, 300) : text;
        for (Phase phase : Phase.values()) {
            String start =
                    "I: " + phase.name().charAt(0) + phase.name().substring(1).toLowerCase(java.util.Locale.ROOT) + " ";
            if (!text.startsWith(start)) continue;
            if (text.startsWith("I: Retrieving InRelease") || text.startsWith("I: Retrieving Packages")) return;
            seen[phase.ordinal()]++;
            tell(phase, text.substring(3));
            return;
        }
        if (text.equals("I: Resolving dependencies of required packages..."))
            progress.accept(new Reply.Progress("resolve", 0, "Resolving dependencies"));
    }

    /** Packages that were retrieved. */
    int packages() {
        return seen[Phase.RETRIEVING.ordinal()];
    }

    String lastWords() {
        return lastWords;
    }

    private void tell(Phase phase, String message) {
        int begin = phase.ordinal() == 0 ? 0 : Phase.values()[phase.ordinal() - 1].end;
        int all = phase == Phase.RETRIEVING ? Math.max(USUAL_PACKAGES, packages() + 1) : Math.max(1, packages());
        int share = Math.min(phase.end - 1, begin + (phase.end - begin) * seen[phase.ordinal()] / all);
        percent = Math.max(percent, share);
        progress.accept(new Reply.Progress(phase.word, percent, message + " (" + seen[phase.ordinal()] + ")"));
    }
}
