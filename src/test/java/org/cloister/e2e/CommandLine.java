package org.cloister.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ops/cloister as a process, with an environment of its own: a home without a token, and no instance but the named one. */
record CommandLine(Map<String, String> environment) {

    /** Somebody anywhere. @param token null for none */
    static CommandLine at(String url, String token, Path home) {
        Map<String, String> environment = new HashMap<>();
        for (String unset :
                List.of("CLOISTER_HOME", "CLOISTER_HTTP", "CLOISTER_INSTANCE", "CLOISTER_CA", "XDG_CONFIG_HOME"))
            environment.put(unset, null);
        environment.put("HOME", home.toString());
        environment.put("CLOISTER_URL", url);
        environment.put("CLOISTER_TOKEN", token);
        return new CommandLine(environment);
    }

    CommandLine with(String variable, String value) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.put(variable, value);
        return new CommandLine(changed);
    }

    Command.Outcome run(String... words) {
        return piped("", words);
    }

    Command.Outcome piped(String typed, String... words) {
        List<String> command = new ArrayList<>(List.of(program()));
        command.addAll(List.of(words));
        return Command.run(command, environment, typed.getBytes(StandardCharsets.UTF_8), Command.LONG);
    }

    /** One that ends when it is ended; what it prints goes to the file. */
    Process started(Path out, String... words) {
        ProcessBuilder builder = new ProcessBuilder(program());
        builder.command().addAll(List.of(words));
        environment.forEach((name, value) -> {
            if (value == null) builder.environment().remove(name);
            else builder.environment().put(name, value);
        });
        try {
            return builder.redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On a terminal, as script(1) makes one; what it shows is standard output. */
    Command.Outcome onTerminal(String typed, String... words) {
        return Command.run(
                List.of("script", "-qec", program() + " " + String.join(" ", words), "/dev/null"),
                environment,
                typed.getBytes(StandardCharsets.UTF_8),
                Command.LONG);
    }

    private static String program() {
        return Path.of("ops/cloister").toAbsolutePath().toString();
    }

    static Path secret(Path file, String text, String permissions) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return Files.setPosixFilePermissions(
                    file, java.nio.file.attribute.PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
