package org.cloister.manager.key;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the options before a key say, as sshd(8) has them (AUTHORIZED_KEYS FILE FORMAT), and one of our own: {@code user=}
 * binds the key to users inside the tenant.
 *
 * @param authority whether the key itself logs nobody in, and certificates that it signed do
 * @param principals one of which such a certificate must name; empty where it must name the tenant
 * @param users of the tenant as whom it logs in; empty for all
 * @param from addresses that it logs in from; null for all
 * @param expiresAt from when on it logs nobody in; null for never
 * @param command runs instead of what is asked for; null for none
 * @param opens where forwarded connections may lead; empty for everywhere
 * @param listens where forwarded ports may listen; empty for everywhere
 */
public record KeyOptions(
        boolean authority,
        List<String> principals,
        List<String> users,
        AddressPatterns from,
        Instant expiresAt,
        String command,
        boolean terminal,
        boolean forwarding,
        boolean agent,
        List<Destination> opens,
        List<Destination> listens,
        Map<String, String> environment) {

    /** Of a key without any. */
    public static final KeyOptions NONE = new KeyOptions(
            false, List.of(), List.of(), null, null, null, true, true, true, List.of(), List.of(), Map.of());

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /**
     * @param text as {@link #text} writes it, or as it stands before a key
     * @throws org.cloister.manager.problem.Refusal an option is unknown, not possible here, or damaged
     */
    public static KeyOptions parse(String text) {
        if (text.isEmpty()) return NONE;
        OptionText options = OptionText.parse(text);
        if (!options.rest().isEmpty()) throw PublicKeys.wrong("There is a blank between the options before the key.");
        return KeyOptionsReader.read(options.options());
    }

    /**
     * What a certificate forbids (OpenSSH's PROTOCOL.certkeys): its critical options, and whatever no extension permits.
     *
     * @throws org.cloister.manager.problem.Refusal a critical option is unknown or damaged
     */
    public static KeyOptions ofCertificate(Map<String, String> critical, Set<String> extensions) {
        AddressPatterns from = null;
        String command = null;
        for (var option : critical.entrySet()) {
            switch (option.getKey()) {
                case "force-command" -> command = option.getValue();
                case "source-address" -> {
                    if (!option.getValue().matches("[0-9A-Fa-f:./,]+"))
                        throw PublicKeys.wrong("source-address lists addresses and networks.");
                    from = AddressPatterns.parse(option.getKey(), option.getValue());
                }
                default -> throw PublicKeys.wrong("A critical option of the certificate is not known here.");
            }
        }
        if (command != null && (command.isBlank() || command.indexOf('\0') >= 0))
            throw PublicKeys.wrong("force-command is no command.");
        return new KeyOptions(
                false,
                List.of(),
                List.of(),
                from,
                null,
                command,
                extensions.contains("permit-pty"),
                extensions.contains("permit-port-forwarding"),
                extensions.contains("permit-agent-forwarding"),
                List.of(),
                List.of(),
                Map.of());
    }

    /** The same, of a key whose certificates log in instead of itself. */
    public KeyOptions asAuthority() {
        return new KeyOptions(
                true,
                principals,
                users,
                from,
                expiresAt,
                command,
                terminal,
                forwarding,
                agent,
                opens,
                listens,
                environment);
    }

    /** The same options in one order, without blanks, times in UTC; empty for none. */
    public String text() {
        List<String> words = new ArrayList<>();
        if (authority) words.add("cert-authority");
        list(words, "principals", principals);
        list(words, "user", users);
        if (from != null) value(words, "from", from.text());
        if (expiresAt != null) value(words, "expiry-time", UTC.format(expiresAt));
        if (command != null) value(words, "command", command);
        if (!terminal) words.add("no-pty");
        if (!forwarding) words.add("no-port-forwarding");
        if (!agent) words.add("no-agent-forwarding");
        for (Destination place : opens) value(words, "permitopen", place.text());
        for (Destination place : listens) value(words, "permitlisten", place.text());
        environment.forEach((name, set) -> value(words, "environment", name + "=" + set));
        return String.join(",", words);
    }

    private static void list(List<String> words, String name, List<String> values) {
        if (!values.isEmpty()) value(words, name, String.join(",", values));
    }

    private static void value(List<String> words, String name, String value) {
        words.add(name + "=" + OptionText.quote(value));
    }
}
