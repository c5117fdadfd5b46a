package org.cloister.manager.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.cloister.manager.session.Witness;
import org.jboss.logging.Logger;

/**
 * Records one terminal. What it shows goes through a short queue to a thread that writes, so that a slow disk slows a
 * session a little and then ends it: bytes that could not be recorded are not shown.
 */
final class Recorder implements Witness, Runnable {

    private static final Logger LOG = Logger.getLogger(Recorder.class);

    /** Pieces of 32 kB at most. */
    private static final int QUEUE = 8;

    /** Then the disk is held to be broken. */
    private static final long PATIENCE_SECONDS = 5;

    /** So much is lost at most when the manager is killed. */
    private static final long FLUSH_MILLIS = 1_000;

    private static final String ANNOUNCEMENT =
            "This session is recorded: what the terminal shows is kept, what is typed is not.";

    static final String FAILED = "The recording of this session cannot be written, so the session ends.";

    /** A client may say any size, also 0; a player makes room for what is said. */
    private static final int WIDEST = 1_000;

    private static final int HIGHEST = 500;

    private record Moment(long nanos, byte[] shown, int columns, int rows) {}

    /** Whether so many more bytes may be kept. Throws where the disk is full. */
    interface Room {
        boolean take(long bytes) throws IOException;
    }

    private final SealedWriter file;
    private final Room room;
    private final Consumer<String> endSession;
    private final Consumer<Recording.Ending> whenDone;
    private final Cast cast = new Cast();
    private final long begin = System.nanoTime();
    private final BlockingQueue<Moment> queue = new ArrayBlockingQueue<>(QUEUE);
    private volatile boolean over;
    private volatile boolean failed;
    private boolean truncated;
    private int columns;
    private int rows;

    /**
     * Writes the beginning.
     *
     * @param endSession is told {@link #FAILED} when nothing more can be written
     * @param whenDone called once, on the writing thread, with how it ended; the file is closed then
     */
    Recorder(
            SealedWriter file,
            Room room,
            int wishedColumns,
            int wishedRows,
            String term,
            Consumer<String> endSession,
            Consumer<Recording.Ending> whenDone)
            throws IOException {
        this.file = file;
        this.room = room;
        this.endSession = endSession;
        this.whenDone = whenDone;
        columns = columns(wishedColumns);
        rows = rows(wishedRows);
        file.write(bytes(cast.header(columns, rows, Instant.now(), term)));
        file.write(bytes(cast.output(0, bytes(ANNOUNCEMENT + "\r\n"))));
        file.flush();
    }

    @Override
    public String announcement() {
        return ANNOUNCEMENT;
    }

    @Override
    public void output(ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        try {
            if (!failed && queue.offer(moment(copy, 0, 0), PATIENCE_SECONDS, TimeUnit.SECONDS)) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        fail("the disk is too slow");
        throw new IOException(FAILED);
    }

    /** Left out where the queue is full: what the terminal shows counts, not its frame. */
    @Override
    public synchronized void resized(int newColumns, int newRows) {
        int wide = columns(newColumns);
        int high = rows(newRows);
        if (wide == columns && high == rows) return;
        columns = wide;
        rows = high;
        queue.offer(moment(null, wide, high));
    }

    private static int columns(int wished) {
        return wished <= 0 ? 80 : Math.min(wished, WIDEST);
    }

    private static int rows(int wished) {
        return wished <= 0 ? 24 : Math.min(wished, HIGHEST);
    }

    @Override
    public void close() {
        over = true;
    }

    @Override
    public void run() {
        try (file) {
            while (true) {
                boolean last = over;
                Moment moment = queue.poll(last ? 0 : FLUSH_MILLIS, TimeUnit.MILLISECONDS);
                if (moment != null) write(moment);
                else if (last || failed) break;
                else if (!truncated) file.flush();
            }
            if (!failed) file.finish();
        } catch (IOException e) {
            fail(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("the manager stops");
        } finally {
            whenDone.accept(
                    failed ? Recording.Ending.CUT : truncated ? Recording.Ending.TRUNCATED : Recording.Ending.WHOLE);
        }
    }

    private void write(Moment moment) throws IOException {
        if (truncated) return;
        String line = moment.shown() == null
                ? cast.resize(moment.nanos(), moment.columns(), moment.rows())
                : cast.output(moment.nanos(), moment.shown());
        byte[] text = bytes(line);
        if (room.take(text.length)) {
            file.write(text);
            return;
        }
        truncated = true;
        file.write(
                bytes(cast.marker(moment.nanos(), "The recording grew too large and ends here; the session went on.")));
        file.flush();
    }

    /** The session ends, and what it shows from now on is not passed on. */
    private void fail(String why) {
        if (failed) return;
        failed = true;
        LOG.errorf("a recording cannot be written, its session ends: %s", why);
        endSession.accept(FAILED);
    }

    private Moment moment(byte[] shown, int columns, int rows) {
        return new Moment(System.nanoTime() - begin, shown, columns, rows);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
