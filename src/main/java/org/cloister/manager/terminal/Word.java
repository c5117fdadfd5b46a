package org.cloister.manager.terminal;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.cloister.protocol.Request;

/** A text message. */
sealed interface Word {

    /** From the page: its terminal has that size. {"size": {"columns": 80, "rows": 24}} */
    record Size(int columns, int rows) implements Word {

        private static final int LARGEST = 1_000;
        static final Size USUAL = new Size(80, 24);

        public Size {
            columns = Math.clamp(columns, 2, LARGEST);
            rows = Math.clamp(rows, 1, LARGEST);
        }

        Request.Terminal terminal() {
            return new Request.Terminal(columns, rows, 0, 0);
        }
    }

    /** From the page: so many bytes more were shown. {"taken": 32768} */
    record Taken(int bytes) implements Word {}

    /** What the page said; empty where it is neither. */
    static Optional<Word> of(String text) {
        try {
            JsonObject said = new JsonObject(text);
            if (said.containsKey("taken")) return Optional.of(new Taken(said.getInteger("taken")));
            JsonObject size = said.getJsonObject("size");
            return Optional.of(new Size(size.getInteger("columns"), size.getInteger("rows")));
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            return Optional.empty();
        }
    }

    /** To the page: so many bytes more of what was typed went to the process. */
    static String taken(int bytes) {
        return new JsonObject().put("taken", bytes).encode();
    }

    /** To the page: something that its reader should know. */
    static String notice(String sentence) {
        return new JsonObject().put("notice", sentence).encode();
    }

    /** To the page: nothing runs any more, and why. The socket closes. */
    static String ended(String sentence) {
        return new JsonObject().put("ended", sentence).encode();
    }
}
