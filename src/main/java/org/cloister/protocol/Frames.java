package org.cloister.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A frame: a 4-byte big-endian length and that many bytes of JSON. */
public final class Frames {

    /** A request is small; an audit report of a thousand tenants is not. */
    public static final int LARGEST_REQUEST = 1 << 20;

    static final int LARGEST_REPLY = 256 << 20;

    /** Unknown fields are refused: a message that is not understood whole is not understood. */
    public static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(com.fasterxml.jackson.databind.SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private Frames() {}

    /** Writes the frame in one write, so that descriptors queued on the socket leave with its first byte. */
    public static void write(OutputStream out, Object message) throws IOException {
        byte[] body = JSON.writeValueAsBytes(message);
        out.write(ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array());
        out.flush();
    }

    /**
     * @throws EOFException the peer closed the connection before a whole frame
     * @throws JsonProcessingException the frame is whole and not such a message
     */
    public static <T> T read(InputStream in, Class<T> type, int largest) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int length = data.readInt();
        if (length < 0 || length > largest)
            throw new IOException("a frame of " + length + " bytes; " + largest + " are allowed");
        byte[] body = data.readNBytes(length);
        if (body.length < length) throw new EOFException("the connection ended inside a frame");
        T message = JSON.readValue(body, type);
        if (message == null) throw new IOException("a frame without a message");
        return message;
    }
}
