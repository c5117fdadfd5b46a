package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.cloister.agent.linux.Fd;
import org.cloister.protocol.TenantSpec;

/**
 * A tenant's own way up and down: two scripts in its root file system, run by its root as any command is. They are the
 * tenant's to change, so nothing rests on them: the way up is not waited for, the way down {@value #PATIENCE} seconds.
 */
final class Services {

    private static final System.Logger LOG = System.getLogger(Services.class.getName());

    /** For root's shell, whichever that is; every one knows exec. */
    private static final String START = "exec /etc/cloister/start";

    private static final String STOP = "exec /etc/cloister/stop";
    private static final int PATIENCE = 10;

    private Services() {}

    /** Begins the way up. A tenant that cannot go it can still be logged into, and mended. */
    static void start(TenantSpec spec, Commands commands) {
        try {
            commands.shell("root", START, null, Map.of()).close();
        } catch (IOException | Refusal e) {
            LOG.log(System.Logger.Level.WARNING, spec.name() + ": services were not started: " + e.getMessage());
        }
    }

    /** Lets the tenant's programs end by themselves. What did not, or would not, is killed after this. */
    static void stop(TenantSpec spec, Commands commands) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        try (Commands.Started stopping = commands.shell("root", STOP, null, Map.of())) {
            stopping.streams().forEach(Fd::close);
            long left = TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime());
            stopping.status().receive((int) Math.max(1, left));
        } catch (IOException | Refusal e) {
            LOG.log(System.Logger.Level.INFO, spec.name() + ": services did not end: " + e.getMessage());
        }
    }
}
