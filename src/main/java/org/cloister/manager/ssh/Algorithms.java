package org.cloister.manager.ssh;

import java.util.List;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;

/**
 * What the gateway negotiates, best first: post-quantum key exchange, authenticated ciphers or encrypt-then-MAC, no SHA-1,
 * no NIST curve for exchange or host key. Strict key exchange (CVE-2023-48795) is the library's default.
 */
final class Algorithms {

    private static final List<BuiltinDHFactories> EXCHANGES = List.of(
            BuiltinDHFactories.mlkem768x25519,
            BuiltinDHFactories.sntrup761x25519,
            BuiltinDHFactories.sntrup761x25519_openssh,
            BuiltinDHFactories.curve25519,
            BuiltinDHFactories.curve25519_libssh);

    private static final List<NamedFactory<Cipher>> CIPHERS = List.of(
            Aes.gcm(BuiltinCiphers.aes128gcm), Aes.gcm(BuiltinCiphers.aes256gcm), Aes.ctr(BuiltinCiphers.aes256ctr));

    private static final List<BuiltinMacs> MACS = List.of(BuiltinMacs.hmacsha512etm, BuiltinMacs.hmacsha256etm);

    /** Of user keys and certificates (the library knows none for keys of a token); the host key is ed25519, so that no other is ever offered for it. */
    private static final List<BuiltinSignatures> SIGNATURES = List.of(
            BuiltinSignatures.ed25519,
            BuiltinSignatures.sk_ssh_ed25519,
            BuiltinSignatures.sk_ecdsa_sha2_nistp256,
            BuiltinSignatures.nistp256,
            BuiltinSignatures.nistp384,
            BuiltinSignatures.nistp521,
            BuiltinSignatures.rsaSHA512,
            BuiltinSignatures.rsaSHA256,
            BuiltinSignatures.ed25519_cert,
            BuiltinSignatures.nistp256_cert,
            BuiltinSignatures.nistp384_cert,
            BuiltinSignatures.nistp521_cert,
            BuiltinSignatures.rsaSHA512_cert,
            BuiltinSignatures.rsaSHA256_cert);

    private Algorithms() {}

    /** @throws IllegalStateException if the post-quantum exchange or ed25519 is missing from this build */
    static void choose(SshServer server) {
        // Without Bouncy Castle the library would silently leave these out and negotiate something older.
        if (!EXCHANGES.stream().allMatch(BuiltinDHFactories::isSupported) || !BuiltinSignatures.ed25519.isSupported())
            throw new IllegalStateException("this build lacks Bouncy Castle: no post-quantum key exchange, no ed25519");
        server.setKeyExchangeFactories(
                EXCHANGES.stream().map(ServerBuilder.DH2KEX::apply).toList());
        server.setCipherFactories(List.copyOf(CIPHERS));
        server.setMacFactories(List.copyOf(MACS));
        server.setSignatureFactories(List.copyOf(SIGNATURES));
        // Compression of mixed secrets and chosen text leaks lengths (CRIME), and a client can use it to cost us
        // memory.
        server.setCompressionFactories(List.of(BuiltinCompressions.none));
    }
}
