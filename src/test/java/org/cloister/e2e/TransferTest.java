package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of files that pass by sftp, with OpenSSH's own clients; and what it does not say. */
class TransferTest {

    private static Instance instance;
    private static TenantHandle alice;

    @TempDir
    static Path directory;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("sftp-alice");
    }

    @AfterAll
    static void leave() {
        if (alice != null) alice.close();
    }

    @Test
    void whatPassesByOtherWaysIsNotClaimed() throws IOException {
        Path file = random("other", 1000);
        alice.ssh(Files.readAllBytes(file), "cat > /root/other-way").orFail();
        run("scp", List.of("-O"), file.toString(), target("/root/other-scp")).orFail();
        alice.ssh("true").orFail();
        Eventually.holds(() -> assertTrue(count("\"ssh.logout\"") >= 3));
        assertFalse(events().contains("other-way") || events().contains("other-scp"), events());
    }

    @Test
    void whatIsPutAndGotStandsInTheLogWithSizeAndChecksum() throws IOException {
        Path file = random("file", 1_234_567);
        String sum = sum(file);
        run("scp", List.of(), file.toString(), target("/root/put-by-scp")).orFail();
        expect("sftp.put", "root from 127.0.0.1 put /root/put-by-scp: 1,234,567 bytes, SHA-256 " + sum + ".");
        assertEquals(
                sum, alice.ssh("sha256sum < /root/put-by-scp").orFail().out().split(" ")[0]);

        Path back = directory.resolve("back");
        batch("get /root/put-by-scp " + back + "\nput " + file + " /root/put-by-sftp\n")
                .orFail();
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(back));
        expect("sftp.get", "root from 127.0.0.1 got /root/put-by-scp: 1,234,567 bytes, SHA-256 " + sum + ".");
        expect("sftp.put", "root from 127.0.0.1 put /root/put-by-sftp: 1,234,567 bytes, SHA-256 " + sum + ".");
    }

    @Test
    void whatIsPutBehindAPartIsNotCalledWhole() throws IOException {
        Path file = random("resumed", 300_000);
        alice.ssh(Arrays.copyOf(Files.readAllBytes(file), 100_000), "cat > /root/resumed")
                .orFail();
        batch("reput " + file + " /root/resumed\n").orFail();
        assertEquals(
                sum(file), alice.ssh("sha256sum < /root/resumed").orFail().out().split(" ")[0]);
        expect("sftp.put", "put a part of /root/resumed: 200,000 bytes, not in sequence, so without a checksum.");
    }

    @Test
    void aServerThatSpeaksSomethingElseIsNotedAndNotHindered() {
        try (TenantHandle eve = instance.tenant("sftp-eve")) {
            eve.ssh("printf '#!/bin/sh\\nhead -c 1 >/dev/null; echo this is no sftp; cat >/dev/null\\n' > /root/s"
                            + " && chmod 755 /root/s && cp /root/s /usr/lib/openssh/sftp-server")
                    .orFail();
            Command.Outcome odd = run(eve, "sftp", List.of("-b", "/dev/null"), "sftp-eve@127.0.0.1");
            assertFalse(odd.exit() == 0);
            Eventually.holds(() -> assertTrue(
                    instance.get("/events?tenant=sftp-eve&limit=1000").text().contains("is not followed any more")));
            eve.ssh("true").orFail();
        }
    }

    @Test
    void aTreeOfThousandsIsSummedUp() throws IOException {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        for (int i = 0; i < 1_000; i++) Files.writeString(tree.resolve("f" + i), "x");
        long began = System.nanoTime();
        run("scp", List.of("-r"), tree.toString(), target("/root/")).orFail();
        long minutes = Duration.ofNanos(System.nanoTime() - began).toMinutes() + 2; // that it may have touched
        assertTrue(count("/root/tree/f") <= 60 * minutes, "one by one: " + count("/root/tree/f"));
        Eventually.seen("their sum", Instance.PATIENCE, () -> events().contains("\"sftp.more\""));
        assertTrue(events().contains(" more transfers by sftp, "), "no sum in the log");
    }

    private void expect(String kind, String sentence) {
        Eventually.holds(() -> {
            JsonNode all = instance.get("/events?tenant=sftp-alice&limit=1000").json();
            boolean found = false;
            for (JsonNode event : all)
                found |= event.get("kind").asText().equals(kind)
                        && event.get("sentence").asText().endsWith(sentence);
            assertTrue(found, sentence + "\n" + all);
        });
    }

    private static String events() {
        return instance.get("/events?tenant=sftp-alice&limit=1000").text();
    }

    private static int count(String text) {
        return events().split(Pattern.quote(text), -1).length - 1;
    }

    private static String target(String path) {
        return "sftp-alice@127.0.0.1:" + path;
    }

    private static Command.Outcome batch(String commands) throws IOException {
        Path file = Files.writeString(Files.createTempFile(directory, "batch", ""), commands);
        return run("sftp", List.of("-b", file.toString()), "sftp-alice@127.0.0.1");
    }

    private static Command.Outcome run(String program, List<String> options, String... operands) {
        return run(alice, program, options, operands);
    }

    private static Command.Outcome run(TenantHandle tenant, String program, List<String> options, String... operands) {
        List<String> words = new ArrayList<>(List.of(program, "-q", "-P", String.valueOf(instance.sshPort())));
        words.addAll(tenant.clientOptions());
        words.addAll(options);
        words.addAll(List.of(operands));
        return Command.run(words, new byte[0], Duration.ofMinutes(5));
    }

    private static Path random(String name, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(directory.resolve(name), bytes);
    }

    private static String sum(Path file) {
        return Command.run("sha256sum", file.toString()).orFail().out().split(" ")[0];
    }
}
