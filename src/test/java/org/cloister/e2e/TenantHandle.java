package org.cloister.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A tenant of the instance under test, deleted when it is closed, and the key that logs in to it. */
final class TenantHandle implements AutoCloseable {

    private final Instance instance;
    private final String name;
    private final Path directory;

    private TenantHandle(Instance instance, String name, Path directory) {
        this.instance = instance;
        this.name = name;
        this.directory = directory;
    }

    static TenantHandle create(Instance instance, String name, Map<String, Object> more) {
        delete(instance, name);
        TenantHandle tenant = new TenantHandle(instance, name, keyDirectory(name));
        Map<String, Object> request = new HashMap<>(
                Map.of("name", name, "plan", "small", "sshKeys", List.of(tenant.publicKey()), "start", true));
        request.putAll(more);
        Instance.Answer answer = instance.change("POST", "/tenants", request);
        if (answer.status() / 100 != 2) throw new AssertionError("POST /tenants " + name + ": " + answer);
        if (Boolean.TRUE.equals(request.get("start"))) tenant.await("running");
        return tenant;
    }

    private static Path keyDirectory(String name) {
        try {
            Path directory = Files.createTempDirectory("cloister-" + name);
            Command.run(
                            "ssh-keygen",
                            "-q",
                            "-t",
                            "ed25519",
                            "-N",
                            "",
                            "-C",
                            name + "@test",
                            "-f",
                            directory.resolve("key").toString())
                    .orFail();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    Path keyFile() {
        return directory.resolve("key");
    }

    /** One line as in authorized_keys. */
    String publicKey() {
        try {
            return Files.readString(directory.resolve("key.pub")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tenant as the API shows it now. */
    JsonNode show() {
        return instance.get("/tenants/" + name).expect(200).json();
    }

    /** Its namespaces and pid 1, as the host sees them. */
    JsonNode namespaces() {
        return instance.get("/tenants/" + name + "/namespaces").expect(200).json();
    }

    /** Waits for a state; fails at once where the tenant has failed. */
    JsonNode await(String state) {
        JsonNode tenant =
                await(now -> List.of(state, "failed").contains(now.get("state").asText()), "state " + state);
        if (!tenant.get("state").asText().equals(state))
            throw new AssertionError(name + " failed: " + tenant.path("failure").asText());
        return tenant;
    }

    JsonNode await(Predicate<JsonNode> condition, String expectation) {
        JsonNode[] tenant = new JsonNode[1];
        Eventually.holds(Instance.PATIENCE, () -> {
            tenant[0] = show();
            if (!condition.test(tenant[0]))
                throw new AssertionError(name + " has not come to " + expectation + ": " + tenant[0]);
        });
        return tenant[0];
    }

    /** Runs a command in the tenant through the real ssh client, without a terminal. */
    Command.Outcome ssh(String... command) {
        return ssh(new byte[0], command);
    }

    Command.Outcome ssh(byte[] stdin, String... command) {
        return Command.run(sshCommand(List.of(), command), stdin, Command.LONG);
    }

    /** @param options of ssh(1), before the destination, such as -tt */
    List<String> sshCommand(List<String> options, String... command) {
        List<String> words = new ArrayList<>(List.of("ssh", "-p", String.valueOf(instance.sshPort())));
        words.addAll(clientOptions());
        words.addAll(options);
        words.add(name + "@127.0.0.1");
        words.addAll(List.of(command));
        return words;
    }

    /** What ssh, scp, sftp and rsync's -e need to use this tenant's key alone and ask nobody anything. */
    List<String> clientOptions() {
        return List.of(
                "-F", "none",
                "-i", keyFile().toString(),
                "-o", "IdentitiesOnly=yes",
                "-o", "IdentityAgent=none",
                "-o", "BatchMode=yes",
                "-o", "ConnectTimeout=60",
                "-o", "StrictHostKeyChecking=accept-new",
                "-o", "UserKnownHostsFile=" + directory.resolve("known_hosts"),
                "-o", "LogLevel=ERROR");
    }

    /** Deletes the tenant and the key. A tenant that a test has deleted already is no fault. */
    @Override
    public void close() {
        delete(instance, name);
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Instance instance, String name) {
        Instance.Answer answer = instance.change("DELETE", "/tenants/" + name, null);
        if (answer.status() != 404 && answer.status() / 100 != 2)
            throw new AssertionError("DELETE /tenants/" + name + ": " + answer);
        Eventually.seen(
                "the end of " + name,
                Instance.PATIENCE,
                () -> instance.get("/tenants/" + name).status() == 404);
    }
}
