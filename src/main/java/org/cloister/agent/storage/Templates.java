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

/** Templates: one debootstrap run each, kept as a read-only subvolume named after its suite. */
public final class Templates {

    private static final int MINUTES = 30;

    private final Pool pool;
    private final Path recipe;
    private final String mirror;

    /**
     * @param recipe the script that fills a directory with a suite
     * @param mirror where debootstrap gets its packages
     */
    public Templates(Pool pool, Path recipe, String mirror) {
        this.pool = pool;
        this.recipe = recipe;
        this.mirror = mirror;
    }

    /** The template's tree, there or not. */
    public Path tree(String suite) {
        return pool.templates().resolve(suite);
    }

    public List<Reply.Template> list() throws IOException {
        List<Reply.Template> templates = new ArrayList<>();
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(pool.templates(), "*.json")) {
            for (Path note : notes) templates.add(Frames.JSON.readValue(note.toFile(), Reply.Template.class));
        }
        return templates;
    }

    public boolean has(String suite) {
        return Files.exists(note(suite));
    }

    /** Builds the template unless it is there. A failed build leaves nothing. */
    public synchronized void build(String suite, Consumer<Reply.Progress> progress) throws IOException {
        if (has(suite)) return;
        Path draft = pool.templates().resolve(suite + ".new");
        pool.deleteSubvolume(draft);
        pool.deleteSubvolume(tree(suite)); // without its note it is half made
        Pool.btrfs("subvolume", "create", draft.toString());
        try {
            DebootstrapProgress told = new DebootstrapProgress(progress);
            run(suite, draft, told);
            int packages = told.packages();
            long bytes = usedBytes(draft);
            Files.move(draft, tree(suite));
            Pool.btrfs("property", "set", tree(suite).toString(), "ro", "true");
            Pool.btrfs(
                    "filesystem",
                    "sync",
                    tree(suite).toString()); // a note shall not outlive a crash that its tree did not
            Note.write(note(suite), new Reply.Template(suite, Instant.now(), bytes, packages));
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
                recipe.toString(),
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
