package org.cloister.manager.key;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.cloister.manager.problem.Refusal;

/**
 * Reads what people paste as their SSH keys: lines as in authorized_keys, blank lines and comments between them.
 * Nothing of the paste is ever repeated in a sentence: it may be a private key.
 */
public final class PublicKeys {

    private static final int LONGEST_PASTE = 128 * 1024;
    private static final int MOST = 100;

    /** Armour of every private key format in use, and the first bytes of OpenSSH's own in base64. */
    private static final Pattern PRIVATE = Pattern.compile(
            "(BEGIN|END)[A-Z0-9 ]*PRIVATE\\s+KEY|PuTTY-User-Key-File|b3BlbnNzaC1rZXktdjE", Pattern.CASE_INSENSITIVE);

    private static final Pattern ARMOUR = Pattern.compile("-----?\\s?BEGIN ");

    private PublicKeys() {}

    /**
     * @return the keys in their order, each once
     * @throws Refusal with a sentence that says what is wrong, for the field sshKeys
     */
    public static List<PublicKey> parse(List<String> pastes) {
        Map<String, PublicKey> keys = new LinkedHashMap<>();
        for (String paste : pastes) {
            if (paste == null) throw wrong("One of the keys is missing: null stands in its place.");
            for (PublicKey key : parse(paste)) {
                PublicKey earlier = keys.putIfAbsent(key.fingerprint(), key);
                if (earlier != null
                        && !earlier.options().text().equals(key.options().text()))
                    throw wrong("One key stands there twice, with different options before it. Leave one of them.");
            }
        }
        if (keys.size() > MOST) throw wrong("These are " + keys.size() + " keys; " + MOST + " at once are allowed.");
        return List.copyOf(keys.values());
    }

    private static List<PublicKey> parse(String paste) {
        if (paste.length() > LONGEST_PASTE) throw wrong("This is too long to be a list of public keys.");
        if (PRIVATE.matcher(paste).find())
            throw wrong(
                    "This is a private key. It was not stored, but it has left your machine: keep it to yourself, and "
                            + "better make a new one. Paste the public key, the one line of the file that ends in .pub.");
        if (ARMOUR.matcher(paste).find())
            throw wrong(
                    "This public key is in another format. Convert it with ssh-keygen -i -f FILE, and paste the line "
                            + "that starts with its type, such as ssh-ed25519.");
        List<PublicKey> keys = new ArrayList<>();
        // A byte order mark is what some editors of Windows leave before the first line.
        for (String line : paste.replace("\uFEFF", "").split("\\R")) {
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) keys.add(line(text));
        }
        if (keys.isEmpty()) throw wrong("There is no key in this. Paste the one line of the file that ends in .pub.");
        return keys;
    }

    private static PublicKey line(String text) {
        if (PublicKey.isKnown(word(text))) return key(text, KeyOptions.NONE);
        if (!holdsKey(text)) throw notAKey(word(text));
        OptionText before = OptionText.parse(text);
        if (!PublicKey.isKnown(word(before.rest())))
            throw wrong("Behind the options there is no key. Quote values that hold a blank: command=\"…\".");
        KeyOptions options = KeyOptionsReader.read(before.options());
        if (options.expiresAt() != null && !options.expiresAt().isAfter(Instant.now()))
            throw wrong("The expiry-time before the key is over already.");
        return key(before.rest(), options);
    }

    private static PublicKey key(String text, KeyOptions options) {
        String[] words = text.split("[ \\t]+", 3);
        if (words.length < 2) throw wrong("The key itself is missing: there is its type alone.");
        return PublicKey.of(words[0], words[1], words.length > 2 ? words[2] : "", options);
    }

    private static String word(String text) {
        return text.split("[ \\t]+", 2)[0];
    }

    /** Only then what stands before the key is looked at, and named in a sentence: it could be part of a private one. */
    private static boolean holdsKey(String text) {
        for (String word : text.split("[ \\t]+")) if (PublicKey.isKnown(word)) return true;
        return false;
    }

    private static Refusal notAKey(String type) {
        if (type.contains("-cert-v0"))
            return wrong("This is a certificate. Paste the public key of the authority that signed it, with"
                    + " cert-authority before it.");
        if (type.equals("ssh-dss")) return wrong("DSA keys are no longer safe. Make a new key: ssh-keygen -t ed25519.");
        return wrong(
                "This is not a public key that can log in here. It starts with ssh-ed25519, sk-ssh-ed25519@openssh.com, "
                        + "ecdsa-sha2-nistp256, sk-ecdsa-sha2-nistp256@openssh.com or ssh-rsa, after options such as"
                        + " from=\"…\" if there are any.");
    }

    static Refusal wrong(String sentence) {
        return Refusal.invalid("sshKeys", sentence);
    }
}
