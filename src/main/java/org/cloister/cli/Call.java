package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** A command that asks the server: what was typed, whom to ask, and where the answer goes. */
record Call(Line line, Api api, Terminal terminal, PrintStream out, PrintStream err) {

    String verb() {
        return line.command().verb();
    }

    /** An argument as part of a path. */
    String part(int place) {
        return Api.part(line.argument(place));
    }

    boolean wantsJson() {
        return line.has("--json");
    }

    /** The answer itself where programs asked, else what people read. */
    int print(JsonNode answer, Supplier<String> text) {
        if (wantsJson()) {
            if (answer != null) out.println(answer);
        } else out.print(text.get());
        return 0;
    }

    int print(JsonNode answer, Table table, String ifEmpty) {
        if (!wantsJson() && table.isEmpty()) {
            err.println(ifEmpty);
            return 0;
        }
        return print(answer, () -> table.text(terminal.out()));
    }

    /** A sentence for people, on a line of its own; other people's words in it do not steer the terminal. */
    int say(JsonNode answer, String sentence) {
        return print(answer, () -> Terminal.plain(sentence) + "\n");
    }

    /**
     * A change that may take its time.
     *
     * @return the operation, done unless nobody waits for it; whatever else was answered; null for no body
     */
    JsonNode change(String method, String path, JsonNode body) {
        JsonNode answer = api.send(method, path, body);
        boolean operation = answer != null && answer.has("percent") && answer.has("done");
        if (!operation || line.has("--no-wait")) return answer;
        return new Progress(api, err, terminal.err()).await(answer);
    }

    /** True where nobody waited: then it was said that it goes on. */
    boolean goesOn(JsonNode operation) {
        if (!line.has("--no-wait")) return false;
        say(operation, "It goes on as operation " + operation.path("id").asText() + ".");
        return true;
    }

    /** @throws RefusedException something else was typed; @throws UsageException nobody can be asked */
    void confirm(String name, String what) {
        if (line.has("--yes")) return;
        if (!terminal.in() || !terminal.err())
            throw new UsageException("Nobody can be asked here: say --yes to " + what + ".");
        err.print("Type the name of the tenant to " + what + ": ");
        err.flush();
        try {
            String typed = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            if (typed == null || !typed.strip().equals(name))
                throw new RefusedException("That is not its name. Nothing was changed.");
        } catch (IOException e) {
            throw new RefusedException("Nothing was typed. Nothing was changed.");
        }
    }
}
