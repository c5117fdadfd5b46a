package org.cloister.manager.key;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads options one after another: a later one of {@code restrict}, {@code pty}, {@code no-pty} and the like overrules an
 * earlier one, as in sshd. What is not understood is refused, never left out: it was meant to restrict somebody.
 */
final class KeyOptionsReader {

    private static final int LONGEST = 8192;
    private static final int LONGEST_COMMAND = 4096;

    /** A user name as useradd(8) of Debian makes them, and what certificates are made out to. */
    private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");

    private static final Pattern PRINCIPAL = Pattern.compile("[A-Za-z0-9_.@+:/-]{1,128}");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss").withResolverStyle(ResolverStyle.STRICT);

    private final Set<String> once = new HashSet<>();
    private boolean authority;
    private List<String> principals = List.of();
    private List<String> users = List.of();
    private AddressPatterns from;
    private Instant expiresAt;
    private String command;
    private boolean terminal = true;
    private boolean forwarding = true;
    private boolean agent = true;
    private final List<Destination> opens = new ArrayList<>();
    private final List<Destination> listens = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();

    private KeyOptionsReader() {}

    /** @throws org.cloister.manager.problem.Refusal one of them is unknown, not possible here, or damaged */
    static KeyOptions read(List<OptionText.Option> options) {
        KeyOptionsReader reader = new KeyOptionsReader();
        for (OptionText.Option option : options) {
            if (option.value() == null) reader.flag(option.name());
            else reader.value(option.name(), option.value());
        }
        if (!reader.principals.isEmpty() && !reader.authority)
            throw PublicKeys.wrong("principals is for keys with cert-authority before them.");
        KeyOptions read = new KeyOptions(
                reader.authority,
                reader.principals,
                reader.users,
                reader.from,
                reader.expiresAt,
                reader.command,
                reader.terminal,
                reader.forwarding,
                reader.agent,
                List.copyOf(reader.opens),
                List.copyOf(reader.listens),
                Collections.unmodifiableMap(reader.environment)); // in the order of the names
        if (read.text().length() > LONGEST)
            throw PublicKeys.wrong("The options before the key are too long: " + LONGEST + " characters are the most.");
        return read;
    }

    private void flag(String name) {
        switch (name) {
            case "cert-authority" -> authority = true;
            case "restrict" -> terminal = forwarding = agent = false;
            case "pty" -> terminal = true;
            case "no-pty" -> terminal = false;
            case "port-forwarding" -> forwarding = true;
            case "no-port-forwarding" -> forwarding = false;
            case "agent-forwarding" -> agent = true;
            case "no-agent-forwarding" -> agent = false;
            case "no-x11-forwarding", "no-user-rc" -> {} // neither is done here
            case "x11-forwarding", "user-rc" -> throw PublicKeys.wrong("The option " + name + " is not possible here.");
            case "from", "expiry-time", "command", "permitopen", "permitlisten", "environment", "user", "principals" ->
                throw PublicKeys.wrong("The option " + name + " needs a value: " + name + "=\"…\".");
            default -> throw unknown(name);
        }
    }

    private void value(String name, String value) {
        if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f))
            throw PublicKeys.wrong("The value of " + name + " holds a control character.");
        switch (name) {
            case "permitopen" -> opens.add(Destination.parse(name, value));
            case "permitlisten" -> listens.add(Destination.parse(name, value));
            case "environment" -> variable(value);
            default -> {
                if (!once.add(name)) throw PublicKeys.wrong("The option " + name + " stands there twice.");
                single(name, value);
            }
        }
    }

    private void single(String name, String value) {
        switch (name) {
            case "from" -> from = AddressPatterns.parse(name, value);
            case "expiry-time" -> expiresAt = time(value);
            case "command" -> {
                if (value.isBlank() || value.length() > LONGEST_COMMAND)
                    throw PublicKeys.wrong("command takes a command of at most " + LONGEST_COMMAND + " characters.");
                command = value;
            }
            case "user" ->
                users = list(value, USER, "user takes names of users in the tenant, with commas between them.");
            case "principals" ->
                principals = list(value, PRINCIPAL, "principals takes names, with commas between them.");
            default -> throw unknown(name);
        }
    }

    private void variable(String value) {
        int equals = value.indexOf('=');
        String name = equals < 0 ? value : value.substring(0, equals);
        if (equals < 0 || !Variables.mayBeSet(name, value.substring(equals + 1)))
            throw PublicKeys.wrong("environment takes NAME=value, for the names " + Variables.NAMES + ".");
        if (environment.putIfAbsent(name, value.substring(equals + 1)) != null)
            throw PublicKeys.wrong("The variable " + name + " is set twice.");
    }

    private static List<String> list(String value, Pattern pattern, String sentence) {
        List<String> names = List.of(value.split(",", -1));
        for (String name : names) if (!pattern.matcher(name).matches()) throw PublicKeys.wrong(sentence);
        return names;
    }

    /** {@code YYYYMMDD[HHMM[SS]][Z]}, in the machine's own zone where no Z says UTC. */
    private static Instant time(String value) {
        boolean utc = value.endsWith("Z");
        String digits = utc ? value.substring(0, value.length() - 1) : value;
        if (digits.matches("\\d{8}|\\d{12}|\\d{14}")) {
            try {
                return LocalDateTime.parse((digits + "000000").substring(0, 14), TIME)
                        .atZone(utc ? ZoneOffset.UTC : ZoneId.systemDefault())
                        .toInstant();
            } catch (DateTimeException e) {
                // no such day or hour: said below
            }
        }
        throw PublicKeys.wrong("expiry-time takes a day or a time, such as \"20301231\" or \"203012312359Z\":"
                + " YYYYMMDD[HHMM[SS]], with a Z behind it where it is UTC.");
    }

    private static RuntimeException unknown(String name) {
        return PublicKeys.wrong("The option " + (name.length() > 40 ? "before the key" : name)
                + " is not known here. Leave it out only if the key may be used without that restriction.");
    }
}
