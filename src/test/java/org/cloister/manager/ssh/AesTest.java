package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.junit.jupiter.api.Test;

/** What the library's own ciphers say is right. Lengths around each at which ours work in another way. */
class AesTest {

    private static final List<Integer> LENGTHS =
            List.of(16, 32, 1008, 1024, 1040, 8176, 8192, 8208, 16_400, 32_784, 48, 262_144, 16);

    private static final int TAG = 16;

    private final Random random = new Random(22);

    @Test
    void aChangedPacketIsRefusedAndNothingOfItIsShown() throws Exception {
        for (int length : LENGTHS) {
            Cipher ours = ready(Aes.gcm(BuiltinCiphers.aes128gcm), Cipher.Mode.Decrypt);
            byte[] packet = bytes(4 + length + TAG);
            byte[] before = packet.clone();
            assertThrows(AEADBadTagException.class, () -> ours.updateWithAAD(packet, 0, 4, length));
            if (length > 1024) assertArrayEquals(before, packet);
        }
    }

    @Test
    void gcmIsTheLibrarysPacketAfterPacket() throws Exception {
        for (BuiltinCiphers kind : List.of(BuiltinCiphers.aes128gcm, BuiltinCiphers.aes256gcm)) {
            Cipher theirs = ready(kind, Cipher.Mode.Encrypt);
            Cipher ours = ready(Aes.gcm(kind), Cipher.Mode.Encrypt);
            Cipher back = ready(Aes.gcm(kind), Cipher.Mode.Decrypt);
            for (int length : LENGTHS) {
                byte[] plain = bytes(4 + length + TAG);
                byte[] expected = plain.clone();
                byte[] packet = plain.clone();
                theirs.updateWithAAD(expected, 0, 4, length);
                ours.updateWithAAD(packet, 0, 4, length);
                assertArrayEquals(expected, packet);
                back.updateWithAAD(packet, 0, 4, length);
                assertArrayEquals(Arrays.copyOf(plain, 4 + length), Arrays.copyOf(packet, 4 + length));
            }
        }
    }

    @Test
    void aCounterGoesOnFromPacketToPacketAsTheLibrarys() throws Exception {
        Cipher theirs = ready(BuiltinCiphers.aes256ctr, Cipher.Mode.Encrypt);
        Cipher ours = ready(Aes.ctr(BuiltinCiphers.aes256ctr), Cipher.Mode.Encrypt);
        Cipher back = ready(Aes.ctr(BuiltinCiphers.aes256ctr), Cipher.Mode.Decrypt);
        for (int length : LENGTHS) {
            byte[] plain = bytes(4 + length + 3);
            byte[] expected = plain.clone();
            byte[] packet = plain.clone();
            theirs.update(expected, 4, length);
            ours.update(packet, 4, length);
            assertArrayEquals(expected, packet);
            back.update(packet, 4, length);
            assertArrayEquals(plain, packet);
        }
    }

    private static Cipher ready(NamedFactory<Cipher> kind, Cipher.Mode mode) throws Exception {
        Cipher cipher = kind.create();
        byte[] key = new byte[cipher.getKdfSize()];
        Arrays.fill(key, (byte) 7);
        cipher.init(mode, key, new byte[cipher.getIVSize()]);
        return cipher;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
