package org.cloister.manager.page;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a page asks the agent, all at once and while it gathers the rest. It waits for all of it together no longer than it
 * was told to: an agent that hangs, or a tenant whose processes are thousands, makes no page slow.
 */
public final class Soon {

    /** However many pages are open on an agent that hangs. */
    private static final int MOST = 64;

    private static final ThreadPoolExecutor THREADS = new ThreadPoolExecutor(
            0,
            MOST,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("look-", 1).factory());

    private final long end;
    private boolean late;

    public Soon(Duration patience) {
        end = System.nanoTime() + patience.toNanos();
    }

    public <T> Future<T> ask(Callable<T> question) {
        FutureTask<T> asked = new FutureTask<>(question);
        try {
            THREADS.execute(asked);
        } catch (RejectedExecutionException full) {
            asked.cancel(false);
        }
        return asked;
    }

    /** Empty where it has not come in time, or did not succeed. */
    public <T> Optional<T> answer(Future<T> asked) {
        try {
            return Optional.ofNullable(asked.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException | CancellationException e) {
            late = true;
        } catch (ExecutionException e) {
            // The frame says when the agent is away; a tenant that has just ended has nothing to show.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    /** Whether an answer was still under way when somebody wanted it. */
    public boolean late() {
        return late;
    }
}
