package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several tenants from CSV, by page, API and command line: all of them or none. */
class BatchTest {

    private static final LocatorAssertions.IsVisibleOptions PATIENTLY =
            new LocatorAssertions.IsVisibleOptions().setTimeout(120_000);

    private static Instance instance;
    private static Chromium chromium;

    private Visitor admin;
    private Page page;

    @TempDir
    Path directory;

    @BeforeAll
    static void openTheBrowser() {
        instance = Instance.assumeRunning();
        chromium = new Chromium();
    }

    @AfterAll
    static void closeTheBrowser() {
        if (chromium != null) chromium.close();
    }

    @BeforeEach
    void signIn() {
        leave();
        admin = chromium.visit(instance);
        page = admin.page;
    }

    @AfterEach
    void close() {
        if (admin != null) admin.close();
        leave();
    }

    private static void leave() {
        for (JsonNode tenant : instance.get("/tenants?limit=1000").json()) {
            String name = tenant.get("name").asText();
            if (!name.startsWith("row-")) continue;
            instance.request("DELETE", "/accounts/" + name, null);
            instance.change("DELETE", "/tenants/" + name, null);
        }
    }

    @Test
    void oneWrongLineAndNothingIsMadeThenAllAreMadeAndWatched() throws IOException {
        String key = key();
        admin.open("/tenants/new");
        page.getByText("Several, from CSV").click();
        page.locator("#csv")
                .fill("name,plan,template,key\nrow-a,small,,%s\nRow B,small,,invite\nrow-c,huge,nix,invite"
                        .formatted(key));
        admin.button("Check").click();
        assertThat(page.locator("#wrong")).containsText("Nothing was made.");
        Locator lines = page.locator("#lines tbody tr");
        assertThat(lines.nth(0)).containsText("right");
        assertThat(lines.nth(1)).containsText(said("row b,small", "name"));
        assertThat(lines.nth(2)).containsText("There is no such plan.");
        assertThat(lines.nth(2)).containsText("There is no such template.");
        admin.pictures("batch-wrong");
        assertNone();

        page.locator("#csv").fill("row-a,small,,%s\nrow-b,small,,invite\nrow-c,medium".formatted(key));
        admin.button("Check").click();
        assertThat(page.locator("#right")).containsText("All 3 can be made.");
        assertNone();
        admin.button("Make 3 tenants").click();
        assertThat(page.locator("#invitation-row-b")).hasText(Pattern.compile("http.*/sign-in.*"));
        assertThat(page.locator("#several .state.fine").nth(2)).isVisible(PATIENTLY);
        assertThat(page.locator("#several tbody tr")).hasCount(3);
        assertThat(page.locator("#several tr", new Page.LocatorOptions().setHasText("row-a")))
                .containsText(Pattern.compile(
                        "Root file system.*Namespaces, limits and network.*First answer", Pattern.DOTALL));
        admin.pictures("batch-made");
        String link = page.locator("#invitation-row-b").textContent().strip();
        try (Visitor owner = chromium.visit(instance, link)) {
            assertThat(owner.page).hasURL(Pattern.compile(".*/(account|tenants/row-b).*"));
        }
        for (String name : List.of("row-a", "row-b", "row-c"))
            assertEquals(
                    "running",
                    instance.get("/tenants/" + name).json().get("state").asText());
    }

    @Test
    void theApiMakesAllOrNoneAndNamesEachLine() throws IOException {
        String wrong = "row-a,small,," + key() + "\nrow-a,small\nrow-d,small,,not a key\nhost,small";
        JsonNode problem = instance.request("POST", "/tenants/batch", Map.of("csv", wrong))
                .expect(400)
                .json();
        assertEquals("csv", problem.get("field").asText());
        String detail = problem.get("detail").asText();
        assertTrue(detail.startsWith("Nothing was made. Line 1: The name stands in the lines 1, 2."), detail);
        assertTrue(detail.contains("Line 3: ") && detail.contains("Line 4: The name host is one"), detail);
        assertNone();
        for (Object body : new Object[] {Map.of(), Map.of("csv", ""), Map.of("csv", "row-a,small,,\"x")})
            instance.request("POST", "/tenants/batch", body).expect(400);

        JsonNode made = instance.request("POST", "/tenants/batch", Map.of("csv", "row-a,small\nrow-b,small,,invite"))
                .expect(202)
                .json();
        assertEquals(2, made.size());
        assertFalse(made.get(0).hasNonNull("invitation"));
        assertTrue(made.get(1).get("invitation").asText().contains("/sign-in"));
        for (JsonNode one : made)
            Eventually.holds(() -> assertTrue(
                    instance.get("/operations/" + one.get("operation").asText())
                            .json()
                            .get("done")
                            .asBoolean()));
        // An account that is there already is a reason like any other, and the tenant is not made without it.
        instance.change("DELETE", "/tenants/row-a", null);
        instance.request("POST", "/accounts", Map.of("name", "row-a", "role", "auditor"))
                .expect(201);
        try {
            String refused = instance.request(
                            "POST", "/tenants/batch", Map.of("csv", "row-c,small\nrow-a,small,,invite"))
                    .expect(400)
                    .text();
            assertTrue(refused.contains("There is an account row-a already."), refused);
            instance.get("/tenants/row-c").expect(404);
            instance.get("/tenants/row-a").expect(404);
        } finally {
            instance.request("DELETE", "/accounts/row-a", null);
        }
    }

    @Test
    void theCommandLineMakesWhatStandsInAFile() throws IOException {
        Path file = directory.resolve("tenants.csv");
        Files.writeString(file, "row-a,small\nrow-b,huge\n");
        CommandLine cloister = CommandLine.at(instance.url().toString(), instance.adminToken(), directory);
        Command.Outcome refused = cloister.run("tenant", "create", "--from", file.toString());
        assertEquals(1, refused.exit());
        assertTrue(refused.stderr().contains("Nothing was made. Line 2: There is no such plan."), refused.stderr());
        assertNone();
        assertEquals(2, cloister.run("tenant", "create", "row-a").exit());
        assertEquals(
                2,
                cloister.run("tenant", "create", "row-a", "--from", file.toString())
                        .exit());
        Files.writeString(file, "row-a,small\nrow-b,small,,invite\n");
        Command.Outcome made = cloister.run("tenant", "create", "--from", file.toString());
        assertEquals(0, made.exit(), made.stderr());
        assertTrue(made.out().contains("/sign-in"), made.out());
        for (String name : List.of("row-a", "row-b"))
            assertEquals(
                    "running",
                    instance.get("/tenants/" + name).json().get("state").asText());
    }

    @Test
    void anOwnerIsInvitedInsteadOfAKeyInTheForm() {
        admin.open("/tenants/new");
        page.getByLabel("Name").fill("row-a");
        admin.button("Onboard").click();
        assertThat(page.locator("#keys-fault")).isVisible();
        page.getByLabel(Pattern.compile("No key yet")).check();
        admin.pictures("onboarding-invite");
        admin.button("Onboard").click();
        assertThat(page.locator("#invitation-row-a")).hasText(Pattern.compile("http.*/sign-in.*"));
        assertThat(page.locator("#several .state.fine").first()).isVisible(PATIENTLY);
        assertEquals("tenant", account("row-a").get("role").asText());
    }

    private static JsonNode account(String name) {
        for (JsonNode account : instance.get("/accounts").expect(200).json())
            if (account.get("name").asText().equals(name)) return account;
        throw new AssertionError("there is no account " + name);
    }

    private static String said(String line, String field) {
        List<String> cells = new ArrayList<>(List.of(line.split(",")));
        JsonNode problem = instance.request("POST", "/tenants", Map.of("name", "Row B", "plan", cells.get(1)))
                .expect(400)
                .json();
        assertEquals(field, problem.get("field").asText());
        return problem.get("detail").asText();
    }

    private static void assertNone() {
        for (String name : List.of("row-a", "row-b", "row-c"))
            assertEquals(404, instance.get("/tenants/" + name).status(), name);
    }

    private String key() throws IOException {
        Path key = directory.resolve("key");
        if (!Files.exists(key))
            Command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "row", "-f", key.toString())
                    .orFail();
        return Files.readString(directory.resolve("key.pub")).strip();
    }
}
