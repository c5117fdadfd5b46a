package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetworkThreadsTest {

    private final NetworkThreads threads = new NetworkThreads(2);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void aTaskRunsOnAThreadOfThePool() throws Exception {
        assertNotEquals(Thread.currentThread(), ranOn().get(60, TimeUnit.SECONDS));
    }

    @Test
    void whoWritesIsToldOnItsOwnThreadBeforeTheWriteReturns() throws Exception {
        assertEquals(
                Thread.currentThread(), NetworkThreads.settlingHere(this::ranOn).getNow(null));
    }

    @Test
    void whatFollowsFromThatGoesToThePoolSoThatNoStackGrows() throws Exception {
        CompletableFuture<Thread> second = new CompletableFuture<>();
        NetworkThreads.settlingHere(() -> {
            threads.execute(() -> threads.execute(() -> second.complete(Thread.currentThread())));
            return null;
        });
        assertNotEquals(Thread.currentThread(), second.get(60, TimeUnit.SECONDS));
    }

    @Test
    void afterAWriteThatFailedThePoolServesAgain() throws Exception {
        assertThrows(
                IOException.class,
                () -> NetworkThreads.settlingHere(() -> {
                    throw new IOException("the client is gone");
                }));
        aTaskRunsOnAThreadOfThePool();
    }

    private CompletableFuture<Thread> ranOn() {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        threads.execute(() -> ran.complete(Thread.currentThread()));
        return ran;
    }
}
