package org.cloister.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Help, manual page and completions say what the table of commands has, all of it. */
class HelpTest {

    @TempDir
    Path directory;

    @Test
    void aCommandThatIsNotThereIsNotExplained() {
        assertThrows(UsageException.class, () -> Help.of(List.of("tenant", "praise")));
    }

    @Test
    void everyCommandAndOptionIsExplainedInLinesThatFit() {
        String all = Help.of(List.of());
        String manual = Manual.page();
        for (Command command : Commands.ALL) {
            String help = Help.of(List.of(command.name().split(" ")));
            assertTrue(all.contains("  " + command.name()), command.name());
            assertTrue(manual.contains(".B cloister " + command.name()), command.name());
            for (Option option : command.allOptions())
                assertTrue(help.contains(option.said()), command.name() + option);
            (all + help).lines().forEach(line -> assertTrue(line.length() <= 100, line));
        }
    }

    @Test
    void everyCommandOfTheTableIsKnownToTheProgram() {
        for (Command command : Commands.ALL) {
            if (command.isLocal()) continue;
            StringBuilder words = new StringBuilder(command.name());
            for (int i = 0; i < command.least(); i++) words.append(" one");
            for (Option option : command.options())
                if (option.needed()) words.append(" ").append(option.name()).append(" 1");
            var err = new ByteArrayOutputStream();
            PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
            // Nothing listens on port 1, so that whatever is understood ends there, or at a file or a limit that is
            // none.
            Map<String, String> nowhere = Map.of("CLOISTER_URL", "http://127.0.0.1:1", "CLOISTER_TOKEN", "none");
            new Cloister(nowhere, Terminal.of(""), stream, stream)
                    .run(List.of(words.toString().split(" ")));
            String said = err.toString(StandardCharsets.UTF_8);
            assertTrue(
                    said.matches(
                            "(?s)cloister: (Nothing answers|NAME is missing|There is no file one|What is to change|.one. is neither|Nobody can be"
                                    + " asked).*"),
                    command.name() + ": " + said);
        }
    }

    @Test
    void theManualPageIsRoffWithoutAWarning() throws Exception {
        Path page = Files.writeString(directory.resolve("cloister.1"), Manual.page());
        assertEquals("", shell("groff -man -Tutf8 -ww -z " + page + " 2>&1"));
        for (String line : Manual.page().lines().toList())
            assertTrue(!line.startsWith(".") || line.matches("\\.(TH|SH|TP|B|I|RS|RE)\\b.*"), line);
    }

    @Test
    void theShellCompletesCommandsOptionsAndNames() throws Exception {
        Files.writeString(directory.resolve("completion"), Completion.of("bash"));
        assertEquals("tenant template top token", completed("t"));
        assertEquals("start stop", completed("tenant", "st"));
        assertEquals("--plan", completed("tenant", "create", "new", "--pl"));
        assertEquals("TENANT of-", completed("tenant", "show", ""));
        assertEquals("TENANT of-", completed("--json", "--url", "http://x", "tenant", "show", ""));
        assertEquals("SNAPSHOT of-alice", completed("snapshot", "restore", "alice", ""));
        assertEquals("PLAN of-new", completed("tenant", "create", "new", "--plan", ""));
        assertEquals("bash zsh", completed("completion", ""));
        assertEquals("", completed("tenant", "show", "alice", ""), "there is no second name");
    }

    private String completed(String... words) throws Exception {
        StringBuilder script = new StringBuilder("source " + directory.resolve("completion") + "\n");
        script.append("cloister() { echo \"$2\" \"of-$3\"; }\nCOMP_WORDS=(cloister");
        for (String word : words) script.append(" '").append(word).append("'");
        script.append(")\nCOMP_CWORD=").append(words.length).append("\n_cloister\necho \"${COMPREPLY[@]}\"\n");
        return shell(script.toString());
    }

    private static String shell(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", script)
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        return out;
    }
}
