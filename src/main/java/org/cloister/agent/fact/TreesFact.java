package org.cloister.agent.fact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloister.agent.linux.Mounts;
import org.cloister.agent.sandbox.MountLine;
import org.cloister.agent.sandbox.Tenants.Living;
import org.cloister.agent.storage.Pool;

/** Who may look where on the machine itself: its own users, and programs of its own that were taken over. */
final class TreesFact implements Fact {

    private static final int PERMISSIONS = 07777;

    private final Path home;
    private final Path run;
    private final Path app;
    private final Pool pool;

    /** @param app where the product's own programs lie */
    TreesFact(Path home, Path run, Path app, Pool pool) {
        this.home = home;
        this.run = run;
        this.app = app;
        this.pool = pool;
    }

    @Override
    public String name() {
        return "trees";
    }

    @Override
    public String says() {
        return "Trees of tenants, and what is known of them, are closed to everybody on the machine but root; what root runs"
                + " for them nobody else can change.";
    }

    @Override
    public long look(Moment moment, Findings findings) throws IOException {
        long looked = 0;
        for (Path directory :
                List.of(pool.mount(), home.resolve("agent"), run.resolve("tenants"), run.resolve("audit"))) {
            closed(Finding.HOST, directory, 0700, findings);
            looked++;
        }
        closed(Finding.HOST, run.resolve("agent"), 0750, findings);
        closed(Finding.HOST, run.resolve("agent/agent.sock"), 0660, findings);
        for (Living tenant : moment.tenants()) {
            closed(tenant.spec().name(), pool.home(tenant.spec().id()), 0700, findings);
            looked++;
        }
        mounted(findings);
        return looked + 2 + programs(findings);
    }

    /** Root's, and open to nobody beyond these permissions. */
    private static void closed(String tenant, Path path, int permissions, Findings findings) throws IOException {
        Map<String, Object> attributes = attributes(path);
        if (attributes.isEmpty()) {
            findings.add(tenant, path.toString(), Integer.toOctalString(permissions), "not there");
            return;
        }
        int mode = (int) attributes.get("mode") & PERMISSIONS;
        if ((mode & ~permissions) != 0)
            findings.add(tenant, path.toString(), Integer.toOctalString(permissions), Integer.toOctalString(mode));
        findings.unlessEqual(tenant, "owner of " + path, 0, attributes.get("uid"));
    }

    private void mounted(Findings findings) throws IOException {
        long must = Mounts.MOUNT_ATTR_NOSUID | Mounts.MOUNT_ATTR_NODEV;
        for (MountLine line : MountLine.of((int) ProcessHandle.current().pid()))
            if (line.at().equals(pool.mount().toString()) && (line.attributes() & must) != must)
                findings.add(Finding.HOST, "mount of " + line.at(), "nosuid,nodev", line.words());
    }

    private long programs(Findings findings) throws IOException {
        long looked = 0;
        try (Stream<Path> files = Files.walk(app.toRealPath())) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Map<String, Object> attributes = attributes(file);
                if (attributes.isEmpty() || Files.isSymbolicLink(file)) continue;
                looked++;
                int mode = (int) attributes.get("mode") & PERMISSIONS;
                if ((mode & 022) != 0)
                    findings.add(Finding.HOST, file.toString(), "written by root alone", Integer.toOctalString(mode));
                findings.unlessEqual(Finding.HOST, "owner of " + file, 0, attributes.get("uid"));
            }
        }
        return looked;
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return Map.of();
        }
    }
}
