package org.cloister.agent.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What templates are made by: a script, and beside it the files that it copies into each. */
record Recipe(Path directory) {

    Path script() {
        return directory.resolve("build");
    }

    /** Twelve digits that change with any file's name, content or being executable. */
    String digest() throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(directory)) {
            files = tree.filter(Files::isRegularFile).sorted().toList();
        }
        MessageDigest sum = sha256();
        for (Path file : files) {
            String line = directory.relativize(file) + " " + Files.isExecutable(file) + " " + Files.size(file) + "\n";
            sum.update(line.getBytes(StandardCharsets.UTF_8));
            sum.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(sum.digest()).substring(0, 12);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
