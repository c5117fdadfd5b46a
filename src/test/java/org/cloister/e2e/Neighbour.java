package org.cloister.e2e;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A tenant that logs in again and again while something is done to another, and how long each login took. */
final class Neighbour implements AutoCloseable {

    private final TenantHandle tenant;
    private final List<Long> milliseconds = Collections.synchronizedList(new ArrayList<>());
    private final List<String> refused = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread;

    Neighbour(TenantHandle tenant) {
        this.tenant = tenant;
        this.thread = Thread.ofPlatform().daemon().start(this::logIn);
    }

    private void logIn() {
        while (!Thread.currentThread().isInterrupted()) {
            long began = System.nanoTime();
            try {
                Command.Outcome outcome =
                        Command.run(tenant.sshCommand(List.of(), "echo in"), new byte[0], Command.LONG);
                if (!outcome.out().equals("in\n")) refused.add(outcome.toString());
                milliseconds.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
                TimeUnit.MILLISECONDS.sleep(300);
            } catch (InterruptedException | AssertionError e) {
                if (!(e.getCause() instanceof InterruptedException) && e instanceof AssertionError)
                    refused.add(e.getMessage());
                else return;
            }
        }
    }

    /** Ends the logins. Their number, median and worst in milliseconds. */
    String served() throws InterruptedException {
        thread.interrupt();
        thread.join(Command.LONG);
        if (!refused.isEmpty()) throw new AssertionError("the neighbour was refused: " + refused);
        List<Long> sorted = milliseconds.stream().sorted().toList();
        return sorted.size() + " logins of a neighbour meanwhile: median " + sorted.get(sorted.size() / 2)
                + " ms, worst " + sorted.getLast() + " ms";
    }

    long worst() {
        return milliseconds.stream().mapToLong(Long::longValue).max().orElseThrow();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
