package org.cloister.agent.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeTest {

    @TempDir
    Path directory;

    private Recipe recipe;
    private String before;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(directory.resolve("build"), "#!/bin/sh\n");
        Files.createDirectories(directory.resolve("files/etc"));
        Files.writeString(directory.resolve("files/etc/motd"), "Welcome.\n");
        recipe = new Recipe(directory);
        before = recipe.digest();
    }

    @Test
    void theSameFilesHaveTheSameDigestWhereverTheyLie() throws IOException {
        Path elsewhere = Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-copy"));
        Files.copy(directory.resolve("build"), elsewhere.resolve("build"));
        Files.createDirectories(elsewhere.resolve("files/etc"));
        Files.copy(directory.resolve("files/etc/motd"), elsewhere.resolve("files/etc/motd"));
        assertEquals(before, new Recipe(elsewhere).digest());
    }

    @Test
    void aChangedScriptIsAnotherRecipe() throws IOException {
        Files.writeString(recipe.script(), "#!/bin/sh -e\n");
        assertNotEquals(before, recipe.digest());
    }

    @Test
    void aChangedOrNewFileIsAnotherRecipe() throws IOException {
        Files.writeString(directory.resolve("files/etc/motd"), "Welcome!\n");
        String changed = recipe.digest();
        assertNotEquals(before, changed);
        Files.createFile(directory.resolve("files/etc/hushlogins"));
        assertNotEquals(changed, recipe.digest());
    }

    @Test
    void aFileThatBecomesExecutableIsAnotherRecipe() throws IOException {
        Files.setPosixFilePermissions(
                directory.resolve("files/etc/motd"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertNotEquals(before, recipe.digest());
    }
}
