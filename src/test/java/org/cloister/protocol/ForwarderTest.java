package org.cloister.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketPair;

/** What the manager takes from a process in a tenant, and what it does not. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // what is never ended would be read for ever
class ForwarderTest {

    private AFUNIXSocket tenant;
    private AFUNIXSocketChannel ours;
    private Forwarder forwarder;

    @BeforeEach
    void connect() throws IOException {
        AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open();
        tenant = (AFUNIXSocket) pair.getSocket1().socket();
        ours = pair.getSocket2();
        forwarder = new Forwarder(ours.getFileDescriptor());
    }

    @AfterEach
    void close() throws IOException {
        forwarder.close();
        ours.close();
        tenant.close();
    }

    private void send(String text, FileDescriptor... descriptors) throws IOException {
        if (descriptors.length > 0) tenant.setOutboundFileDescriptors(descriptors);
        tenant.getOutputStream().write(Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), 512));
    }

    @Test
    void aDescriptorThatIsNoStreamSocketEndsIt() throws IOException {
        try (FileInputStream file = new FileInputStream("/dev/null")) {
            send("1 ok", file.getFD());
            assertThrows(IOException.class, forwarder::next);
        }
    }

    @Test
    void twoDescriptorsAtOnceEndIt() throws IOException {
        AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open();
        try (AFUNIXSocketChannel one = pair.getSocket1();
                AFUNIXSocketChannel other = pair.getSocket2()) {
            send("1 ok", one.getFileDescriptor(), other.getFileDescriptor());
            assertThrows(IOException.class, forwarder::next);
        }
    }

    @Test
    void aRecordThatIsCutShortIsTheEnd() throws IOException {
        tenant.getOutputStream().write("1 ok".getBytes(StandardCharsets.UTF_8));
        tenant.getChannel().shutdownOutput();
        assertNull(forwarder.next());
    }

    @Test
    void aRequestThatFitsIntoNoRecordIsRefusedBeforeItIsSent() throws IOException {
        assertThrows(IllegalArgumentException.class, () -> forwarder.ask("1 open /" + "a".repeat(600)));
        assertThrows(IllegalArgumentException.class, () -> forwarder.ask("1 open /a\0b"));
        forwarder.ask("1 open /a");
        byte[] record = tenant.getInputStream().readNBytes(512);
        assertEquals("1 open /a", new String(record, 0, 9, StandardCharsets.UTF_8));
    }

    @Test
    void aConnectionThatComesIsReadWrittenAndEndedEachWay() throws IOException {
        AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open();
        send("7 ok", pair.getSocket2().getFileDescriptor());
        Forwarder.Message message = forwarder.next();
        assertEquals("7 ok", message.text());
        try (AFUNIXSocketChannel peer = pair.getSocket1();
                TenantSocket socket = message.socket()) {
            socket.output().write(ByteBuffer.wrap(new byte[] {1}));
            socket.endOutput();
            ByteBuffer bytes = ByteBuffer.allocate(8);
            assertEquals(1, peer.read(bytes));
            assertEquals(-1, peer.read(bytes));
            peer.write(ByteBuffer.wrap(new byte[] {2, 3}));
            assertEquals(2, socket.input().read(ByteBuffer.allocate(8)));
        }
    }

    @Test
    void theEndWakesWhoeverWaits() throws Exception {
        Thread waiting = Thread.ofPlatform().start(() -> {
            try {
                assertNull(forwarder.next());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        Thread.sleep(100);
        forwarder.end();
        waiting.join(60_000);
        assertEquals(Thread.State.TERMINATED, waiting.getState());
    }
}
