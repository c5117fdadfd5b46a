package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An admin in a tenant's terminal: let in by the tenant's own people alone, and known to whoever is logged in. */
class AdminTerminalTest {

    private static Instance instance;
    private static TenantHandle alice;
    private static Person owner;
    private static Person admin;

    @TempDir
    Path home;

    @BeforeAll
    static void onboard() {
        instance = Instance.assumeRunning();
        alice = instance.tenant("pier-alice");
        owner = Person.create(instance, "pier-owner", "tenant", "pier-alice");
        admin = Person.create(instance, "pier-admin", "admin", null);
    }

    @AfterAll
    static void leave() {
        for (Person person : new Person[] {owner, admin}) if (person != null) person.close();
        if (alice != null) alice.close();
    }

    @Test
    void itsOwnPeopleAloneLetAdminsInByTheCommandLine() {
        CommandLine root = CommandLine.at(instance.url().toString(), instance.adminToken(), home);
        Command.Outcome refused = root.run("tenant", "admins", "pier-alice", "yes");
        assertEquals(1, refused.exit(), refused.toString());
        assertTrue(refused.stderr().contains("tenant's own people"), refused.stderr());
        assertFalse(alice.show().get("adminTerminals").asBoolean());

        CommandLine own = root.with("CLOISTER_TOKEN", owner.token("all"));
        assertEquals(2, own.run("tenant", "admins", "pier-alice", "perhaps").exit());
        assertEquals(
                "Admins may open terminals in pier-alice.",
                own.run("tenant", "admins", "pier-alice", "yes").orFail().out().strip());
        assertTrue(alice.show().get("adminTerminals").asBoolean());
        assertEquals(
                "No admin may open a terminal in pier-alice.",
                own.run("tenant", "admins", "pier-alice", "no").orFail().out().strip());
        assertFalse(alice.show().get("adminTerminals").asBoolean());
    }

    @Test
    void whoeverIsOnATerminalOverSshIsToldAndAStreamStaysWhatItIs() throws Exception {
        owner.form("/tenants/pier-alice/terminal/admins", Map.of("allowed", "yes"))
                .expect(303);
        Process stream = start("cat");
        try (Terminal shell = new Terminal(alice.sshCommand(List.of("-t")))) {
            shell.expect("[#$] ");
            Eventually.holds(() -> assertEquals(2, sessions().size()));
            try (PageSocket guests = PageSocket.open(instance, "pier-alice", admin)) {
                guests.awaitShown("#");
                shell.expect("\r\nThe admin pier-admin opened a terminal in pier-alice from 127\\.0\\.0\\.1\\.\r\n");
                assertEquals("", guests.said("notice"), "who opened it needs not be told");
            }
            shell.type("echo still $((1 + 1))\r");
            shell.expect("still 2");
            byte[] every = new byte[256];
            for (int i = 0; i < every.length; i++) every[i] = (byte) i;
            stream.getOutputStream().write(every);
            stream.getOutputStream().close();
            assertArrayEquals(every, stream.getInputStream().readAllBytes());
            assertEquals("", new String(stream.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        } finally {
            stream.destroyForcibly();
            owner.form("/tenants/pier-alice/terminal/admins", Map.of("allowed", "no"))
                    .expect(303);
        }
    }

    @Test
    void aSessionThatIsEndedSaysByWhom() throws Exception {
        Map<Person, String> said = Map.of(
                owner,
                "This session was ended by pier-owner.",
                admin,
                "This session was ended by the admin pier-admin.");
        for (Person person : said.keySet()) {
            Eventually.holds(() -> assertEquals(0, sessions().size()));
            Process sleeper = start("exec sleep 1010");
            try {
                Eventually.holds(() -> assertEquals(1, sessions().size()));
                String id = sessions().get(0).get("id").asText();
                person.form("/tenants/pier-alice/sessions/" + id + "/end", Map.of())
                        .expect(303);
                assertTrue(sleeper.waitFor(60, TimeUnit.SECONDS));
                assertEquals(
                        said.get(person),
                        new String(sleeper.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip());
            } finally {
                sleeper.destroyForcibly();
            }
        }
    }

    private static Process start(String command) throws IOException {
        return new ProcessBuilder(alice.sshCommand(List.of(), command)).start();
    }

    private static JsonNode sessions() {
        return instance.get("/tenants/pier-alice/sessions").expect(200).json();
    }
}
