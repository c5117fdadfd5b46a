package org.cloister.manager.ssh;

import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What is to happen later, without a thread that waits for it. */
final class Timers implements Closeable {

    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("ssh-timers").daemon().factory());
    private final Executor threads;

    /** @param threads where it happens: it may block */
    Timers(Executor threads) {
        this.threads = threads;
        clock.setRemoveOnCancelPolicy(true); // else an ended connection would be kept until its key expires
    }

    Future<?> after(Duration time, Runnable task) {
        return clock.schedule(() -> threads.execute(task), time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** At that moment, or at once if it has passed. */
    Future<?> at(Instant moment, Runnable task) {
        return after(Duration.between(Instant.now(), moment).plusMillis(1), task);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
