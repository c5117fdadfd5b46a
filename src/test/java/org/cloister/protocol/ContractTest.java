package org.cloister.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ContractTest {

    private static final Limits SMALL = limits(100, 512L << 20, 256, 1L << 30);

    private static Request<?> read(String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] frame = ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
        return Frames.read(new ByteArrayInputStream(frame), Request.class, Frames.LARGEST_REQUEST);
    }

    @Test
    void aRequestWithAnUnknownFieldIsRefused() {
        assertThrows(JsonProcessingException.class, () -> read("{\"ask\":\"states\",\"path\":\"/etc/shadow\"}"));
    }

    @Test
    void anUnknownRequestIsRefused() {
        assertThrows(JsonProcessingException.class, () -> read("{\"ask\":\"run\",\"command\":\"id\"}"));
    }

    @Test
    void aRequestThatLacksANumberIsRefused() {
        assertThrows(
                JsonProcessingException.class,
                () -> read("{\"ask\":\"resize\",\"terminal\":{\"columns\":80,\"rows\":24,\"widthPixels\":0}}"));
    }

    @Test
    void aFrameLargerThanAllowedIsRefusedBeforeItIsRead() {
        byte[] claim = ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array();
        IOException refusal = assertThrows(
                IOException.class,
                () -> Frames.read(new ByteArrayInputStream(claim), Request.class, Frames.LARGEST_REQUEST));
        assertTrue(refusal.getMessage().contains("are allowed"), refusal.getMessage());
    }

    @Test
    void aFrameOfNegativeLengthIsRefused() {
        byte[] claim = ByteBuffer.allocate(4).putInt(-1).array();
        assertThrows(IOException.class, () -> Frames.read(new ByteArrayInputStream(claim), Request.class, 100));
    }

    @Test
    void aFrameThatEndsEarlyIsAnEndOfFile() {
        byte[] half =
                ByteBuffer.allocate(6).putInt(10).put(new byte[] {'{', '"'}).array();
        assertThrows(EOFException.class, () -> Frames.read(new ByteArrayInputStream(half), Request.class, 100));
    }

    @Test
    void aRequestArrivesAsItWasSent() throws IOException {
        Request.Apply sent = new Request.Apply(
                new TenantSpec(UUID.randomUUID(), 7, "alice", "bookworm", TenantSpec.Desired.RUNNING, 0, SMALL, null));
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        Frames.write(wire, sent);
        assertEquals(sent, Frames.read(new ByteArrayInputStream(wire.toByteArray()), Request.class, 10_000));
    }

    @Test
    void namesThatAreNoHostNamesAreRefused() {
        for (String name :
                new String[] {"", "Alice", "../bob", "-rf", "9lives", "a-", "älice", "a".repeat(32), "a b", "a\n"})
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new TenantSpec(
                            UUID.randomUUID(), 1, name, "bookworm", TenantSpec.Desired.RUNNING, 0, SMALL, null),
                    name);
        new TenantSpec(UUID.randomUUID(), 1, "a".repeat(31), "bookworm", TenantSpec.Desired.RUNNING, 0, SMALL, null);
    }

    @Test
    void templatesThatAreNoSuitesAreRefused() {
        for (String template : new String[] {"", "../../etc", "Bookworm", "-x", "a/b"})
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new TenantSpec(
                            UUID.randomUUID(), 1, "a", template, TenantSpec.Desired.RUNNING, 0, SMALL, null),
                    template);
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> limits(0, 512L << 20, 256, 1L << 30));
        assertThrows(IllegalArgumentException.class, () -> limits(100, 1, 256, 1L << 30));
        assertThrows(IllegalArgumentException.class, () -> limits(100, 512L << 20, -1, 1L << 30));
        assertThrows(IllegalArgumentException.class, () -> limits(100, 512L << 20, 256, Long.MAX_VALUE));
        assertEquals(
                "frobs",
                assertThrows(LimitException.class, () -> SMALL.with(Map.of("frobs", 1L)))
                        .key());
        assertEquals(
                "diskBytes",
                assertThrows(
                                LimitException.class,
                                () -> Limits.of(Map.of("cpuPercent", 1L, "memoryBytes", 1L << 30, "pids", 99L)))
                        .key());
    }

    @Test
    void aRateOfNothingIsNoLimitAndWhatIsNotSaidIsUsual() {
        assertEquals(0, SMALL.with(Map.of("sendBytes", 0L)).of(Limit.SEND));
        assertThrows(LimitException.class, () -> SMALL.with(Map.of("sendBytes", 1L)));
        assertThrows(LimitException.class, () -> SMALL.with(Map.of("pids", 0L)));
        assertEquals(100, SMALL.of(Limit.CPU_WEIGHT));
    }

    @Test
    void limitsAreOneFlatObjectAndComeBackAsTheyWere() throws Exception {
        String json = Frames.JSON.writeValueAsString(SMALL);
        assertTrue(json.startsWith("{\"cpuPercent\":100,\"cpuWeight\":100,\"memoryBytes\":536870912,"), json);
        assertEquals(SMALL, Frames.JSON.readValue(json, Limits.class));
    }

    @Test
    void slotsOutsideTheReservedRangeAreRefused() {
        for (int slot : new int[] {-1, 0, 4_094}) assertThrows(IllegalArgumentException.class, () -> new Slot(slot));
    }

    @Test
    void noTwoSlotsShareAnIdOrAnAddress() {
        Set<String> seen = new HashSet<>();
        long last = 0;
        for (int i = 1; i <= Slot.LAST; i++) {
            Slot slot = new Slot(i);
            assertTrue(slot.firstUid() >= last, "ranges overlap at slot " + i);
            last = slot.firstUid() + Slot.IDS;
            assertTrue(seen.add(slot.address4()) && seen.add(slot.address6()), "address twice at slot " + i);
            assertNotEquals("", slot.link());
            assertTrue(slot.link().length() <= 15, "a link's name has at most 15 bytes");
        }
        assertTrue(last <= 0x7FFE_0000L, "ids beyond the reserved range");
    }

    private static Limits limits(long cpuPercent, long memoryBytes, long pids, long diskBytes) {
        return Limits.of(
                Map.of("cpuPercent", cpuPercent, "memoryBytes", memoryBytes, "pids", pids, "diskBytes", diskBytes));
    }
}
