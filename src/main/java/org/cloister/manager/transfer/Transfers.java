package org.cloister.manager.transfer;

import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.page.Words;
import org.cloister.manager.session.OpenConnection;
import org.cloister.manager.session.OpenSession;
import org.cloister.manager.session.Witness;
import org.cloister.manager.session.Witnesses;
import org.jboss.logging.Logger;

/**
 * Writes down what passes by sftp: so many files a minute one by one, the rest of a tenant's as a sum, so that whoever
 * copies a tree of thousands does not fill the log.
 */
@ApplicationScoped
public class Transfers implements Witnesses {

    private static final Logger LOG = Logger.getLogger(Transfers.class);

    /** Of one tenant. */
    static final int A_MINUTE = 60;

    private static final int WAITING = 1024;

    @Inject
    EventLog events;

    private final Map<UUID, Minute> minutes = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor scribe = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("transfers").daemon().factory());

    /** What a tenant's sessions passed since the last full minute. Changed within the map alone. */
    private static final class Minute {
        private final String tenant;
        private int written;
        private long files;
        private long bytes;

        Minute(String tenant) {
            this.tenant = tenant;
        }
    }

    @Override
    public Witness of(OpenSession session, int columns, int rows, String term) {
        if (!session.runs().kind().equals("sftp")) return Witness.NOBODY;
        OpenConnection.Who who = session.connection().who();
        String whose = who.user() + " from " + who.address() + " ";
        return new SftpWatch(new SftpWatch.Teller() {
            @Override
            public void passed(PassedFile file, boolean closed) {
                tell(who, file.isUpload() ? "sftp.put" : "sftp.get", whose + file.sentence(closed), file.bytes());
            }

            @Override
            public void lost(String why) {
                tell(who, "sftp.lost", "What " + whose + "transfers is not followed any more: " + why + ".", 0);
            }
        });
    }

    /** Does not block. */
    private void tell(OpenConnection.Who who, String kind, String sentence, long bytes) {
        minutes.compute(who.tenantId(), (id, before) -> {
            Minute minute = before == null ? new Minute(who.tenant()) : before;
            if (minute.written < A_MINUTE && record(who.tenant(), kind, sentence)) {
                minute.written++;
            } else {
                minute.files++;
                minute.bytes += bytes;
            }
            return minute;
        });
    }

    /** @return false if too much waits for the database */
    private boolean record(String tenant, String kind, String sentence) {
        try {
            scribe.execute(() -> {
                try {
                    events.record(tenant, kind, tenant, sentence);
                } catch (RuntimeException e) {
                    LOG.warnf("a transfer was not written down: %s", e.getMessage());
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Scheduled(every = "60s")
    void sum() {
        for (UUID tenant : minutes.keySet())
            minutes.computeIfPresent(tenant, (id, minute) -> {
                if (minute.files > 0)
                    record(
                            minute.tenant,
                            "sftp.more",
                            Words.plural(minute.files, "more transfer") + " by sftp, " + Words.bytes(minute.bytes)
                                    + ", were too many in a minute to be written down one by one.");
                return null;
            });
    }

    @PreDestroy
    void stop() throws InterruptedException {
        sum();
        scribe.shutdown();
        scribe.awaitTermination(2, TimeUnit.SECONDS);
    }
}
