package org.cloister.manager.key;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The list of {@code from=} and of a certificate's {@code source-address}: addresses and networks with commas between
 * them, IPv4 with the wildcards * and ?, and what begins with ! is left out of what the others take in (ssh_config(5),
 * PATTERNS). Host names are not looked up, as sshd does not by default, and refused, because they would match nobody.
 *
 * @param text as it was written
 */
public record AddressPatterns(String text, List<One> patterns) {

    private static final int LONGEST = 2048;
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern WILD = Pattern.compile("(?=.*[*?])[0-9.*?]{1,64}");

    /**
     * One of the list.
     *
     * @param network its first {@code bits} bits are compared; null where {@code wild} is
     * @param wild matches an IPv4 address as text; the lone * every address
     */
    record One(boolean negated, byte[] network, int bits, String wild) {

        boolean matches(InetAddress address) {
            if (wild != null)
                return wild.equals("*")
                        || !(address instanceof Inet6Address) && Wildcard.matches(wild, address.getHostAddress());
            byte[] bytes = address.getAddress();
            return bytes.length == network.length && Arrays.equals(cut(bytes, bits), cut(network, bits));
        }

        private static byte[] cut(byte[] bytes, int bits) {
            byte[] kept = Arrays.copyOf(bytes, bytes.length);
            for (int i = 0; i < kept.length; i++) {
                int left = Math.clamp(bits - 8L * i, 0, 8);
                kept[i] &= (byte) (0xff00 >> left);
            }
            return kept;
        }
    }

    /**
     * @param what the option, for the sentence
     * @throws org.cloister.manager.problem.Refusal it is no such list, or one that matches nobody
     */
    static AddressPatterns parse(String what, String text) {
        if (text.length() > LONGEST) throw PublicKeys.wrong("What " + what + " lists is too long.");
        List<One> patterns = new ArrayList<>();
        for (String part : text.split(",", -1)) patterns.add(one(what, part.strip()));
        if (patterns.stream().allMatch(One::negated))
            throw PublicKeys.wrong(
                    what + " only leaves addresses out, which matches nobody. Add what it takes in, such as \"*\".");
        return new AddressPatterns(text, List.copyOf(patterns));
    }

    private static One one(String what, String text) {
        boolean negated = text.startsWith("!");
        String pattern = negated ? text.substring(1) : text;
        if (WILD.matcher(pattern).matches()) return new One(negated, null, 0, pattern);
        int slash = pattern.indexOf('/');
        InetAddress address = address(slash < 0 ? pattern : pattern.substring(0, slash));
        if (address == null)
            throw PublicKeys.wrong(
                    what + " takes addresses and networks, such as 192.0.2.7, 10.0.0.0/8, 10.1.* or 2001:db8::/32, with"
                            + " commas between them. Host names are not looked up.");
        int all = 8 * address.getAddress().length;
        int bits = slash < 0 ? all : bits(what, pattern.substring(slash + 1), all);
        byte[] network = One.cut(address.getAddress(), bits);
        if (!Arrays.equals(network, address.getAddress()))
            throw PublicKeys.wrong("A network of " + what + " has bits set behind its length: /" + bits
                    + " leaves the rest of the address zero.");
        return new One(negated, network, bits, null);
    }

    private static int bits(String what, String text, int most) {
        if (text.matches("0|[1-9]\\d{0,2}") && Integer.parseInt(text) <= most) return Integer.parseInt(text);
        throw PublicKeys.wrong("The length of a network of " + what + " is a number up to " + most + ".");
    }

    /** Null where it is no address. Only what can be nothing else goes to the JDK, which would look a name up. */
    private static InetAddress address(String text) {
        boolean six = IPV6.matcher(text).matches();
        if (!six && !IPV4.matcher(text).matches()) return null;
        try {
            InetAddress address = InetAddress.getByName(text);
            return six == address instanceof Inet6Address ? address : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Whether the address is in the list, and none that is left out. */
    public boolean match(InetAddress address) {
        return patterns.stream().noneMatch(one -> one.negated() && one.matches(address))
                && patterns.stream().anyMatch(one -> !one.negated() && one.matches(address));
    }
}
