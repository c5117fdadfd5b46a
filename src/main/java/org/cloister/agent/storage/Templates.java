package org.cloister.agent.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;

/** Templates: one run of the recipe each, kept as a read-only subvolume named after its suite. */
public final class Templates {

    private static final int MINUTES = 30;

    private final Pool pool;
    private final Recipe recipe;
    private final String mirror;

    /**
     * What is noted beside a template's tree.
     *
     * @param recipe the {@link Recipe#digest} of what it was made by; null where that was not noted yet
     */
    record Built(String suite, Instant builtAt, long bytes, int packages, String recipe) {}

    /**
     * @param recipe the directory of the script "build", which fills a directory with a suite
     * @param mirror where debootstrap gets its packages
     */
    public Templates(Pool pool, Path recipe, String mirror) {
        this.pool = pool;
        this.recipe = new Recipe(recipe);
        this.mirror = mirror;
    }

    /** The template's tree, there or not. */
    public Path tree(String suite) {
        return pool.templates().resolve(suite);
    }

    public List<Reply.Template> list() throws IOException {
        List<Reply.Template> templates = new ArrayList<>();
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(pool.templates(), "*.json")) {
            for (Path note : notes) {
                Built built = read(note);
                templates.add(new Reply.Template(
                        built.suite(), built.builtAt(), built.bytes(), built.packages(), current(built)));
            }
        }
        return templates;
    }

    public boolean has(String suite) {
        return Files.exists(note(suite)) && Files.isDirectory(tree(suite));
    }

    private static Built read(Path note) throws IOException {
        return Frames.JSON.readValue(note.toFile(), Built.class);
    }

    private boolean current(Built built) throws IOException {
        return recipe.digest().equals(built.recipe());
    }

    /**
     * Builds the template unless it is there, made by the recipe of today. One that an earlier recipe made serves until
     * its successor is whole. A failed build leaves nothing.
     */
    public synchronized void build(String suite, Consumer<Reply.Progress> progress) throws IOException {
        if (has(suite) && current(read(note(suite)))) return;
        Path draft = pool.templates().resolve(suite + ".new");
        Path old = pool.templates().resolve(suite + ".old.new"); // as a draft it is cleared after a crash
        pool.deleteSubvolume(draft);
        pool.deleteSubvolume(old);
        Pool.btrfs("subvolume", "create", draft.toString());
        try {
            DebootstrapProgress told = new DebootstrapProgress(progress);
            run(suite, draft, told);
            int packages = told.packages();
            long bytes = usedBytes(draft);
            if (Files.isDirectory(tree(suite))) {
                Pool.btrfs("property", "set", tree(suite).toString(), "ro", "false"); // else it keeps its name
                Files.move(tree(suite), old);
            }
            Files.move(draft, tree(suite));
            Pool.btrfs("property", "set", tree(suite).toString(), "ro", "true");
            // a note shall not outlive a crash that its tree did not
            Pool.btrfs("filesystem", "sync", tree(suite).toString());
            Note.write(note(suite), new Built(suite, Instant.now(), bytes, packages, recipe.digest()));
            pool.deleteSubvolume(old);
        } catch (IOException | RuntimeException e) {
            pool.deleteSubvolume(draft);
            throw e;
        }
    }

    public synchronized void remove(String suite) throws IOException {
        Files.deleteIfExists(note(suite));
        pool.deleteSubvolume(tree(suite));
    }

    private Path note(String suite) {
        return pool.templates().resolve(suite + ".json");
    }

    private static long usedBytes(Path tree) throws IOException {
        String line = org.cloister.agent.linux.Command.run(List.of("du", "-s", "-B1", tree.toString()));
        return Long.parseLong(line.split("\\s+")[0]);
    }

    /**
     * The script runs in a mount namespace of its own, where it may have device nodes on the pool, and in a pid
     * namespace, so that nothing that a package starts outlives it.
     */
    private void run(String suite, Path draft, DebootstrapProgress progress) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "--pid",
                "--fork",
                "--kill-child",
                "--",
                recipe.script().toString(),
                suite,
                draft.toString(),
                mirror);
        var proxies = List.of("http_proxy", "https_proxy", "no_proxy");
        builder.environment().keySet().retainAll(proxies);
        builder.environment().put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("HOME", "/root");
        builder.directory(new java.io.File("/")).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        Process process = builder.start();
        Thread limit = Thread.ofVirtual().start(() -> {
            try {
                if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) process.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try (BufferedReader lines = process.inputReader()) {
            for (String line; (line = lines.readLine()) != null; ) progress.line(line);
            int status = process.waitFor();
            if (status != 0)
                throw new IOException(
                        "The template " + suite + " could not be built from " + mirror + ": " + progress.lastWords()
                                + ". Check the network and the mirror (CLOISTER_MIRROR), then try again.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the build was interrupted", e);
        } finally {
            process.destroyForcibly();
            limit.interrupt();
        }
    }
}
