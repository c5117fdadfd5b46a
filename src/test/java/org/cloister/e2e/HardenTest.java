package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What ops/harden does to the machine, tried with settings whose change harms nobody, and undone. */
@Order(150)
class HardenTest {

    /** More neighbours than a machine has by default; nobody notices. */
    private static final String KEY = "net.ipv6.neigh.default.gc_thresh3";

    private static final Path FILE = Path.of("/etc/sysctl.d/99-zz-cloister.conf");

    private static Instance instance;

    private String before;

    @BeforeAll
    static void connect() {
        instance = Instance.assumeRunning();
    }

    @BeforeEach
    void remember() {
        assumeTrue(!Files.exists(FILE), FILE + " is there: this machine was hardened, and tests leave it alone");
        before = now(KEY);
        assumeTrue(Long.parseLong(before) < 65_536, KEY + " is good already");
    }

    @AfterEach
    void putBack() {
        if (!Files.exists(FILE)) return;
        harden("--undo");
        if (Files.exists(FILE)) as("ctother", "unharden_all");
        if (!now(KEY).equals(before)) Command.run("sysctl", "-w", KEY + "=" + before);
        assertFalse(Files.exists(FILE), "a test left its settings");
    }

    @Test
    void listingChangesNothingAndSaysTheRisk() {
        String said = harden().orFail().out();
        assertTrue(said.contains("open  " + KEY + ": " + before + "; should be: 65536 or more"), said);
        assertTrue(said.contains("The neighbour table is the whole machine's"), said);
        assertTrue(said.matches("(?s).*\\d+ of \\d+ checks are good\\..*"), said);
        assertEquals(before, now(KEY));
        assertFalse(Files.exists(FILE));
    }

    @Test
    void aSettingIsSetAndRememberedAndPutBackExactly() throws IOException {
        harden(KEY).orFail();
        assertEquals("65536", now(KEY));
        assertEquals("good", posture(KEY).get("state").asText());
        assertTrue(Files.readString(FILE).contains("# before " + KEY + " " + before + "\n"));
        harden("--undo", KEY).orFail();
        assertEquals(before, now(KEY));
        assertFalse(Files.exists(FILE), "nothing is left");
        assertEquals("open", posture(KEY).get("state").asText());
    }

    @Test
    void whatWasSetIsSetAgainAtBoot() {
        harden(KEY).orFail();
        Command.run("sysctl", "-w", KEY + "=" + before).orFail();
        Command.run("sysctl", "-p", FILE.toString()).orFail(); // what the boot does with each file in sysctl.d(5)
        assertEquals("65536", now(KEY));
        harden("--undo").orFail();
        assertEquals(before, now(KEY));
    }

    @Test
    void hardeningTwiceForgetsNothingOfWhatWasBefore() {
        harden(KEY).orFail();
        assertTrue(harden(KEY).orFail().out().contains(KEY));
        harden("--undo").orFail();
        assertEquals(before, now(KEY));
    }

    @Test
    void whatAnotherInstanceAskedForTooStaysUntilThatIsGone() {
        as("ctother", "harden_setting " + KEY + " 65536").orFail();
        harden(KEY).orFail();
        as("ctother", "unharden_all").orFail();
        assertEquals("65536", now(KEY), "this instance needs it still");
        harden("--undo").orFail();
        assertEquals(before, now(KEY), "what the first of them had found");
    }

    @Test
    void whatSomebodyElseHasChangedSinceIsLeftAlone() {
        harden(KEY).orFail();
        Command.run("sysctl", "-w", KEY + "=70000").orFail();
        assertTrue(harden("--undo").orFail().out().contains("somebody else"));
        assertEquals("70000", now(KEY));
        Command.run("sysctl", "-w", KEY + "=" + before).orFail();
    }

    @Test
    void aValueThatTheKernelRefusesLeavesNothing() {
        Command.Outcome refused = as("ctother", "harden_setting " + KEY + " many");
        assertEquals(1, refused.exit());
        assertTrue(refused.stderr().contains(KEY + " cannot be set to many; it is " + before), refused.stderr());
        assertEquals(before, now(KEY));
        assertFalse(Files.exists(FILE));
    }

    @Test
    void whatIsNotUnderstoodIsRefusedInOneLineAndNothingChanges() {
        for (List<String> words : List.of(
                List.of("kernel.no_such_thing"),
                List.of(KEY, "kernel.no_such_thing"),
                List.of(KEY, "../../etc/passwd"),
                List.of("--everything"),
                List.of("--all", KEY),
                List.of("--undo", KEY))) {
            Command.Outcome refused = harden(words.toArray(String[]::new));
            assertEquals(1, refused.exit(), words.toString());
            assertTrue(refused.stderr().matches("ops/harden: [^\n]+\n"), refused.stderr());
            assertEquals(before, now(KEY));
            assertFalse(Files.exists(FILE), words.toString());
        }
    }

    @Test
    void whatNoSettingMendsSaysWhatDoes() {
        for (JsonNode check : instance.get("/host/posture").expect(200).json().get("checks")) {
            if (check.get("good").asBoolean() || check.has("setting")) continue;
            Command.Outcome refused = harden(check.get("id").asText());
            assertEquals(1, refused.exit());
            assertTrue(refused.stderr().contains(check.get("mend").asText()), refused.stderr());
        }
    }

    @Test
    void whatCannotBeTakenBackNeedsAWord() {
        List<String> stuck = new ArrayList<>();
        for (JsonNode check : instance.get("/host/posture").expect(200).json().get("checks"))
            if (check.path("setting").path("irreversible").asBoolean())
                stuck.add(check.get("id").asText());
        assumeTrue(!stuck.isEmpty(), "this kernel has no such setting that is not good");
        for (String key : stuck) {
            String found = now(key);
            Command.Outcome refused = harden(key);
            assertEquals(1, refused.exit());
            assertTrue(refused.stderr().contains("nothing but a reboot takes " + key + " back"), refused.stderr());
            assertEquals(found, now(key));
        }
    }

    @Test
    void thePostureIsNotForStrangers() {
        assertEquals(401, instance.anonymous("GET", "/host/posture", null).status());
        JsonNode posture = instance.get("/host/posture").expect(200).json();
        assertEquals(
                posture.get("checks").size(),
                posture.get("good").asInt()
                        + posture.get("weak").asInt()
                        + posture.get("open").asInt());
    }

    private static JsonNode posture(String id) {
        for (JsonNode check : instance.get("/host/posture").expect(200).json().get("checks"))
            if (check.get("id").asText().equals(id)) return check;
        throw new AssertionError("no check " + id);
    }

    private static String now(String key) {
        try {
            return new String(Files.newInputStream(Path.of("/proc/sys", key.split("\\.")))
                            .readNBytes(1_000))
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Command.Outcome harden(String... words) {
        List<String> command = new ArrayList<>(List.of(words));
        command.addFirst(Path.of("ops/harden").toAbsolutePath().toString());
        return run(command);
    }

    /** A function of ops/lib as an instance of another name would call it. */
    private static Command.Outcome as(String other, String call) {
        return run(List.of(
                "bash", "-c", "set -euo pipefail; . ops/lib/all.sh; CLOISTER_INSTANCE=" + other + "; " + call, "test"));
    }

    private static Command.Outcome run(List<String> command) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CLOISTER_INSTANCE", instance.name());
        environment.put("CLOISTER_HOME", instance.home().toString());
        return Command.run(command, environment, new byte[0], Command.LONG);
    }
}
