package org.cloister.manager.ssh;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

/**
 * The key by which clients recognise this host: ed25519, in OpenSSH's own format, made once. A key that is there and
 * cannot be used is an error and never replaced: every client would take the new one for an attack, rightly.
 */
record HostKey(KeyPair pair) {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /** A private key is some 400 bytes. */
    private static final int LARGEST = 16 * 1024;

    /**
     * Reads the key, or makes it where there is none yet.
     *
     * @throws IOException with a sentence that says what is wrong with the file and what to do
     */
    static HostKey at(Path file) throws IOException {
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) make(file);
            return read(file);
        } catch (GeneralSecurityException e) {
            throw new IOException("The host key " + file + " is damaged: " + e.getMessage() + restore(), e);
        }
    }

    /** As ssh prints it: "SHA256:" and 43 characters. */
    String fingerprint() {
        return KeyUtils.getFingerPrint(BuiltinDigests.sha256, pair.getPublic());
    }

    private static HostKey read(Path file) throws IOException, GeneralSecurityException {
        byte[] text;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            text = in.readNBytes(LARGEST);
        } catch (IOException e) {
            throw new IOException("The host key " + file + " cannot be read (" + e + ")." + restore(), e);
        }
        if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)))
            throw new IOException(
                    "The host key " + file + " is open to others; `chmod 600` it, and if somebody may have"
                            + " read it, replace it and tell the users.");
        List<KeyPair> pairs = new ArrayList<>();
        try (InputStream in = new ByteArrayInputStream(text)) {
            Iterable<KeyPair> found = SecurityUtils.loadKeyPairIdentities(
                    null, NamedResource.ofName(file.toString()), in, FilePasswordProvider.EMPTY);
            if (found != null) found.forEach(pairs::add);
        } catch (IOException | RuntimeException e) {
            throw new IOException("The host key " + file + " is damaged: " + e.getMessage() + "." + restore(), e);
        }
        if (pairs.size() != 1 || !KeyPairProvider.SSH_ED25519.equals(KeyUtils.getKeyType(pairs.get(0))))
            throw new IOException("The host key " + file + " does not hold one ed25519 key." + restore());
        return new HostKey(pairs.get(0));
    }

    /** Written beside, synced and linked into place, so that a crash leaves a whole key or none. */
    private static void make(Path file) throws IOException, GeneralSecurityException {
        KeyPair pair = SecurityUtils.getKeyPairGenerator(SecurityUtils.ED25519).generateKeyPair();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "cloister", null, text);
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel out = FileChannel.open(
                draft,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            Channels.newOutputStream(out).write(text.toByteArray());
            out.force(true);
        }
        try {
            Files.createLink(file, draft); // unlike a rename, never over a key that appeared meanwhile
        } catch (FileAlreadyExistsException appeared) {
            // somebody else made it: theirs is used
        } finally {
            Files.deleteIfExists(draft);
        }
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
            directory.force(true);
        }
    }

    private static String restore() {
        return " The SSH gateway does not start with another key: put the right file back from a backup, or remove it"
                + " knowingly to get a new one.";
    }
}
