package org.cloister.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Request;

/** What the agent reads from its socket. */
public final class MessageTargets {

    private MessageTargets() {}

    /** A frame: an IOException, which is an answer, or a request that is written and read again as the same. */
    static String requests(byte[] input) throws Exception {
        Request<?> request;
        try {
            request = read(input);
        } catch (JsonProcessingException refused) {
            return refused.getClass().getSimpleName() + " "
                    + refused.getOriginalMessage().replaceAll("['\"(].*", "");
        } catch (IOException refused) {
            return refused.getMessage() == null ? "end" : refused.getMessage().replaceAll("\\d+", "N");
        }
        var written = new ByteArrayOutputStream();
        Frames.write(written, request);
        if (!read(written.toByteArray()).equals(request)) throw new AssertionError("read again as another: " + request);
        return request.getClass().getSimpleName();
    }

    /** The same, its length always right, so that the JSON is what is tried. */
    static String bodies(byte[] input) throws Exception {
        return requests(ByteBuffer.allocate(4 + input.length)
                .putInt(input.length)
                .put(input)
                .array());
    }

    private static Request<?> read(byte[] frame) throws IOException {
        return Frames.read(new ByteArrayInputStream(frame), Request.class, Frames.LARGEST_REQUEST);
    }

    static List<byte[]> frames() throws IOException {
        UUID one = new UUID(1, 2);
        List<Request<?>> requests = List.of(
                new Request.Host(),
                new Request.Posture(),
                new Request.Remove(one),
                new Request.States(),
                new Request.Inspect(one),
                new Request.Namespaces(),
                new Request.Measure(one),
                new Request.OpenSession(one, "root", "true", new Request.Terminal(80, 24, 0, 0), Map.of("LANG", "C")),
                new Request.Resize(new Request.Terminal(1, 2, 3, 4)),
                new Request.TakeSnapshot(one, one, "note"),
                new Request.BuildTemplate("bookworm"),
                new Request.Audit(List.of(one, one), List.of(one)),
                new Request.TestNeighbour(one, new UUID(3, 4), 5));
        List<byte[]> frames = new ArrayList<>();
        for (Request<?> request : requests) {
            var out = new ByteArrayOutputStream();
            Frames.write(out, request);
            frames.add(out.toByteArray());
        }
        return frames;
    }

    static List<byte[]> json() throws IOException {
        return frames().stream()
                .map(frame -> Arrays.copyOfRange(frame, 4, frame.length))
                .toList();
    }

    static Map<String, Fuzzer> all(long seed) throws IOException {
        return Map.of(
                "requests", new Fuzzer(seed, MessageTargets::requests, frames()),
                "bodies", new Fuzzer(seed, MessageTargets::bodies, json()));
    }
}
