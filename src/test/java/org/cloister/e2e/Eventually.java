package org.cloister.e2e;

/** What becomes true in a moment, because somebody else has to notice it first. */
final class Eventually {

    private static final long PATIENCE_NANOS = 15_000_000_000L;

    interface Claim {
        void check() throws Exception;
    }

    private Eventually() {}

    /** @throws AssertionError as the claim's last one, after fifteen seconds */
    static void holds(Claim claim) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                claim.check();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }
}
