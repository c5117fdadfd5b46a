package org.cloister.fuzz;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Changes examples at random and feeds them to a parser. What the parser says is the guide: an input that it answers in a
 * way not seen before becomes an example.
 */
public final class Fuzzer {

    /** Inputs that are tried however little time there is. */
    static final int FEWEST = 200;

    private static final int LONGEST = 1 << 16;
    private static final int MOST_EXAMPLES = 2000;
    private static final long SLOW_NANOS = 2_000_000_000L;

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private static final byte[][] NUMBERS = {
        {0, 0, 0, 0}, {0, 0, 0, 1}, {0x7f, -1, -1, -1}, {-1, -1, -1, -1}, {(byte) 0x80, 0, 0, 0}, {0, 1, 0, 0}
    };

    /** A parser, and what it may do. */
    public interface Target {

        /**
         * @return a few words on what became of the input
         * @throws Throwable a finding
         */
        String parse(byte[] input) throws Throwable;
    }

    private final Random random;
    private final List<byte[]> examples = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final Target target;
    private long runs;
    private long slowest;

    public Fuzzer(long seed, Target target, List<byte[]> examples) {
        this.random = new Random(seed);
        this.target = target;
        this.examples.addAll(examples);
    }

    /**
     * @return how many inputs were tried
     * @throws AssertionError a finding, with the input in base64
     */
    public long run(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (byte[] example : List.copyOf(examples)) feed(example);
        while (runs < FEWEST || System.nanoTime() < end) feed(change(examples.get(random.nextInt(examples.size()))));
        return runs;
    }

    public String account() {
        return runs + " inputs, " + seen.size() + " kinds of answer, the slowest " + slowest / 1000 + " µs";
    }

    private void feed(byte[] input) {
        runs++;
        long start = CLOCK.getCurrentThreadCpuTime(); // not of a machine that is busy otherwise
        String answer;
        try {
            answer = target.parse(input);
        } catch (Throwable finding) {
            throw new AssertionError("input " + Base64.getEncoder().encodeToString(input), finding);
        }
        long took = CLOCK.getCurrentThreadCpuTime() - start;
        slowest = Math.max(slowest, took);
        if (took > SLOW_NANOS)
            throw new AssertionError(
                    took / 1_000_000 + " ms for " + Base64.getEncoder().encodeToString(input));
        if (seen.size() < MOST_EXAMPLES && seen.add(answer) && input.length <= LONGEST) examples.add(input);
    }

    private byte[] change(byte[] example) {
        byte[] input = example;
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) input = changeOnce(input);
        return input.length <= LONGEST ? input : Arrays.copyOf(input, LONGEST);
    }

    private byte[] changeOnce(byte[] input) {
        int at = input.length == 0 ? 0 : random.nextInt(input.length);
        int to = Math.min(input.length, at + 1 + random.nextInt(16));
        return switch (random.nextInt(9)) {
            case 0 -> flipped(input, at);
            case 1 -> spliced(input, at, at, new byte[] {(byte) random.nextInt(256)});
            case 2 -> spliced(input, at, to, new byte[0]);
            case 3 -> spliced(input, at, at, Arrays.copyOfRange(input, at, to));
            case 4 -> spliced(input, at, at, part(examples.get(random.nextInt(examples.size()))));
            case 5 -> spliced(input, at, Math.min(input.length, at + 4), NUMBERS[random.nextInt(NUMBERS.length)]);
            case 6 ->
                spliced(input, at, Math.min(input.length, at + 1), new byte[] {
                    (byte) "\"\\,=!*?/:.-+ \t\0\n{}[]@".charAt(random.nextInt(21))
                });
            case 7 -> Arrays.copyOf(input, at);
            default -> spliced(input, at, at, repeated(Arrays.copyOfRange(input, at, to), 1 + random.nextInt(200)));
        };
    }

    private byte[] flipped(byte[] input, int at) {
        byte[] changed = input.clone();
        if (changed.length > 0) changed[at] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    private byte[] part(byte[] of) {
        if (of.length == 0) return of;
        int from = random.nextInt(of.length);
        return Arrays.copyOfRange(of, from, from + random.nextInt(of.length - from + 1));
    }

    private static byte[] repeated(byte[] part, int times) {
        byte[] all = new byte[part.length * times];
        for (int i = 0; i < times; i++) System.arraycopy(part, 0, all, i * part.length, part.length);
        return all;
    }

    private static byte[] spliced(byte[] input, int from, int to, byte[] with) {
        byte[] all = new byte[input.length - (to - from) + with.length];
        System.arraycopy(input, 0, all, 0, from);
        System.arraycopy(with, 0, all, from, with.length);
        System.arraycopy(input, to, all, from + with.length, input.length - to);
        return all;
    }

    /** Text of any bytes, as a string. */
    public static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
