package org.cloister.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/**
 * Where Cloister is and who asks. A token stands in the environment or in a file that nobody else reads, never among the
 * arguments, which every process of the machine can read. Root's own token goes to this machine alone.
 *
 * @param ca a file of certificates that vouch for the server's; null for those that Java knows
 */
record Access(URI url, String token, Path ca) {

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    /** @throws UsageException an address or a file that cannot be; @throws RefusedException there is no token */
    static Access of(Line line, Map<String, String> environment) throws IOException {
        String named = first(line.value("--url"), environment.get("CLOISTER_URL"));
        Path home = home(environment);
        URI url = url(named == null ? "http://" + listens(environment, home) : named);
        String ca = first(line.value("--ca"), environment.get("CLOISTER_CA"));
        return new Access(url, token(line, environment, named == null ? home : null), ca == null ? null : Path.of(ca));
    }

    private static URI url(String text) {
        try {
            URI url = new URI(text.replaceFirst("/+$", ""));
            boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!web || url.getHost() == null || url.getUserInfo() != null || url.getQuery() != null)
                throw new UsageException("\"" + text + "\" is no address such as https://cloister.example.org.");
            if (url.getScheme().equals("http") && !isLocal(url.getHost()))
                throw new UsageException("Over http:// the token would be readable on its way to " + url.getHost()
                        + ". Use https://, or forward a port (ssh -L) and name http://127.0.0.1:PORT.");
            return url;
        } catch (URISyntaxException e) {
            throw new UsageException("\"" + text + "\" is no address such as https://cloister.example.org.");
        }
    }

    private static boolean isLocal(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    private static String token(Line line, Map<String, String> environment, Path home) throws IOException {
        if (line.has("--token-file")) return ofFile(Path.of(line.value("--token-file")));
        if (environment.get("CLOISTER_TOKEN") != null)
            return plain(environment.get("CLOISTER_TOKEN"), "CLOISTER_TOKEN");
        String config = first(environment.get("XDG_CONFIG_HOME"), environment.getOrDefault("HOME", "/") + "/.config");
        Path own = Path.of(config, "cloister/token");
        if (Files.exists(own)) return ofFile(own);
        if (home != null && Files.isReadable(home.resolve("keys/admin.token")))
            return ofFile(home.resolve("keys/admin.token"));
        throw new RefusedException(
                "There is no token. Put one into " + own
                        + " (chmod 600) or into CLOISTER_TOKEN; the page of your account and \"cloister token create\" make one.");
    }

    private static String ofFile(Path file) throws IOException {
        if (!Files.isReadable(file)) throw new RefusedException("The file " + file + " cannot be read.");
        if (!Files.isRegularFile(file)) throw new RefusedException(file + " is no file.");
        for (PosixFilePermission permission : Files.getPosixFilePermissions(file))
            if (OTHERS.contains(permission))
                throw new RefusedException("Others may read or change " + file + ": chmod 600 " + file);
        return plain(Files.readString(file).strip(), file.toString());
    }

    /** A header holds no line break. */
    private static String plain(String token, String from) {
        if (!token.matches("[!-~]{1,4096}")) throw new RefusedException(from + " holds no token.");
        return token;
    }

    private static Path home(Map<String, String> environment) {
        return Path.of(first(
                environment.get("CLOISTER_HOME"),
                "/var/lib/" + environment.getOrDefault("CLOISTER_INSTANCE", "cloister")));
    }

    /** As ops/ reads its settings: the environment, what ops/up wrote down (for root alone), the default. */
    private static String listens(Map<String, String> environment, Path home) throws IOException {
        String address = environment.get("CLOISTER_HTTP");
        Path recorded = home.resolve("instance.env");
        if (address == null && Files.isReadable(recorded))
            for (String line : Files.readAllLines(recorded))
                if (line.startsWith("CLOISTER_HTTP=")) address = line.substring("CLOISTER_HTTP=".length());
        return first(address, "127.0.0.1:8080")
                .replace("0.0.0.0:", "127.0.0.1:")
                .replace("[::]:", "[::1]:");
    }

    private static String first(String one, String other) {
        return one == null || one.isEmpty() ? other : one;
    }
}
