package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of tenants: found, ordered, changing under one's eyes, and many of them changed at once. */
class TenantListTest {

    private static final List<String> TREES = List.of("tree-ash", "tree-elm", "tree-oak");

    private static Instance instance;
    private static Chromium chromium;

    private Visitor admin;
    private Page page;

    @BeforeAll
    static void plant() {
        instance = Instance.assumeRunning();
        chromium = new Chromium();
        for (String name : TREES) {
            instance.change("DELETE", "/tenants/" + name, null);
            instance.change("POST", "/tenants", Map.of("name", name, "plan", "small", "start", false))
                    .expect(201);
        }
    }

    @AfterAll
    static void fell() {
        if (chromium != null) chromium.close();
        if (instance != null) for (String name : TREES) instance.change("DELETE", "/tenants/" + name, null);
    }

    @BeforeEach
    void signIn() {
        admin = chromium.visit(instance);
        page = admin.page;
    }

    @AfterEach
    void close() {
        admin.close();
    }

    @Test
    void whoLooksForATenantFindsItAndNoOther() {
        admin.open("/?q=tree-e");
        assertThat(rows()).hasCount(1);
        assertThat(row("tree-elm")).isVisible();
        admin.open("/");
        page.keyboard().press("/");
        page.keyboard().type("TREE-");
        page.keyboard().press("Enter");
        assertThat(page).hasURL(Pattern.compile("q=tree-|q=TREE-"));
        assertThat(rows()).hasCount(3);
        admin.pictures("tenants-found");
        admin.open("/?q=tree-&state=failed");
        assertThat(page.locator("#none")).containsText("No tenant is like that.");
        admin.open("/?q=tree-&plan=large");
        assertThat(page.locator("#none")).isVisible();
        admin.open("/?q=tree-&hits=yes");
        assertThat(page.locator("#none")).isVisible();
        admin.open("/?q=tree-&state=stopped&plan=small&sort=&page=77");
        assertThat(rows()).hasCount(3);
        admin.open("/?q=%27%3B--&state=%3Cb%3E&plan=%00x".replace("%00", "%01") + "&sort=-nix&page=-1");
        assertThat(page.locator("#none")).isVisible();
    }

    @Test
    void aColumnsHeadOrdersTheListAndTurnsItRound() {
        admin.open("/?q=tree-");
        assertThat(rows().first()).containsText("tree-ash");
        Locator head = page.getByRole(AriaRole.COLUMNHEADER).getByText("Tenant");
        head.click();
        assertThat(rows().first()).containsText("tree-oak");
        assertThat(page.locator("th[aria-sort]")).hasAttribute("aria-sort", "descending");
        page.getByRole(AriaRole.COLUMNHEADER).getByText("Tenant").click();
        assertThat(rows().first()).containsText("tree-ash");
        for (String order : List.of("state", "plan", "cpu", "network", "memory", "processes", "disk", "hits"))
            assertEquals(200, asAdmin("GET", "/?q=tree-&sort=-" + order, null).status(), order);
    }

    @Test
    void itWorksWithoutScripts() {
        admin.withoutScripts(plain -> {
            plain.navigate(instance.url() + "/?q=tree-");
            assertThat(plain.locator("tr[id^=tenant-]")).hasCount(3);
            plain.getByLabel("Name or address").fill("tree-oak");
            plain.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Find"))
                    .click();
            assertThat(plain.locator("tr[id^=tenant-]")).hasCount(1);
        });
    }

    @Test
    void whatHappensElsewhereIsSeenWithoutLoadingAndWhatIsTickedStaysSo() {
        admin.open("/?q=tree-");
        page.getByLabel("Tick tree-ash").check();
        page.evaluate("document.getElementById('tenant-tree-ash').dataset.mark = 'same'");
        instance.change("POST", "/tenants/tree-elm/start", null).expect(200);
        assertThat(row("tree-elm")).containsText("running");
        assertThat(row("tree-elm").locator(".meter").first()).containsText(Pattern.compile("\\d+.* of 512 MB"));
        assertThat(page.locator("#tally")).containsText("running");
        assertThat(page.getByLabel("Tick tree-ash")).isChecked();
        // Another tenant belongs on the page: its rows come anew, and the tick stays.
        instance.change("POST", "/tenants", Map.of("name", "tree-yew", "plan", "small", "start", false))
                .expect(201);
        try {
            assertThat(row("tree-yew")).isVisible();
            assertThat(page.getByLabel("Tick tree-ash")).isChecked();
        } finally {
            instance.change("DELETE", "/tenants/tree-yew", null);
        }
        assertThat(row("tree-yew")).hasCount(0);
        instance.change("POST", "/tenants/tree-elm/stop", null).expect(200);
        assertThat(row("tree-elm")).containsText("stopped");
    }

    @Test
    void nothingTickedIsASentenceAndChangesNothing() {
        admin.open("/?q=tree-");
        admin.button("Start").click();
        String sentence = "No tenant is ticked: tick those that you mean.";
        assertThat(page.locator("#outcome")).containsText("Nothing was done.");
        assertThat(page.locator("#outcome")).containsText(sentence);
        assertRefused(sentence, Map.of("do", "start"));
        assertRefused("Choose what to do", Map.of("do", "explode", "tenant", "tree-oak"));
        assertRefused("One of them is gone by now.", Map.of("do", "start", "tenant", "tree-nix"));
        assertRefused("Other tenants match by now", Map.of("do", "stop", "matching", "100000"));
        for (String name : TREES) assertEquals("stopped", state(name));
    }

    @Test
    void manyAreStartedAndStoppedAndWhatCannotBeIsSaidByName() {
        admin.open("/?q=tree-");
        page.getByLabel("Tick tree-ash").check();
        page.getByLabel("Tick tree-oak").check();
        admin.button("Start").click();
        assertThat(row("tree-ash")).containsText("running");
        assertThat(row("tree-oak")).containsText("running");
        assertThat(row("tree-elm")).containsText("stopped");
        page.getByLabel("Tick all on this page").check();
        admin.button("Freeze").click();
        assertThat(page.locator("#outcome")).containsText("2 tenants done, the others not.");
        assertThat(page.locator("#outcome")).containsText("tree-elm is stopped. Only a running tenant can be frozen.");
        assertThat(row("tree-ash")).containsText("frozen");
        admin.pictures("tenants-many");
        page.getByLabel("Tick all on this page").check();
        admin.button("Stop").click();
        for (String name : TREES) {
            assertThat(row(name)).containsText("stopped");
            Eventually.holds(() -> assertEquals("stopped", state(name)));
        }
    }

    @Test
    void manyAreDeletedOnlyByTheirCountOrNames() {
        for (String name : List.of("tree-fir", "tree-gum"))
            instance.change("POST", "/tenants", Map.of("name", name, "plan", "small", "start", false))
                    .expect(201);
        admin.open("/?q=tree-");
        page.getByLabel("Tick tree-fir").check();
        page.getByLabel("Tick tree-gum").check();
        admin.button("Delete…").click();
        assertThat(admin.heading("Delete 2 tenants?")).isVisible();
        assertThat(page.locator(".names")).hasText(Pattern.compile("tree-fir\\s*tree-gum"));
        admin.pictures("tenants-delete");
        String sentence = "Nothing was deleted: type 2, or the names, to say that you mean it.";
        page.locator("#sure").fill("yes");
        page.keyboard().press("Enter");
        assertThat(page.locator("#sure-fault")).hasText(sentence);
        for (String wrong : List.of("", "3", "tree-fir", "tree-fir tree-gum tree-oak"))
            assertEquals(
                    422,
                    asAdmin("POST", "/tenants", "do=delete&tenant=tree-fir&tenant=tree-gum&sure=" + encoded(wrong))
                            .status(),
                    wrong);
        assertEquals("stopped", state("tree-fir"));
        page.locator("#sure").fill("tree-gum, tree-fir");
        page.keyboard().press("Enter");
        assertThat(page.locator("h1")).hasText("Tenants");
        Eventually.holds(() -> {
            assertEquals(404, instance.get("/tenants/tree-fir").status());
            assertEquals(404, instance.get("/tenants/tree-gum").status());
        });
        assertEquals("stopped", state("tree-oak"));
    }

    @Test
    void anAuditorTicksNothing() {
        try (Person auditor = Person.create(instance, "test-list-auditor", "auditor", null)) {
            String text = auditor.send("GET", "/?q=tree-").expect(200).text();
            assertTrue(text.contains("tenant-tree-oak"));
            assertFalse(text.contains("type=\"checkbox\" name=\"tenant\""), text);
            assertEquals(
                    403,
                    auditor.form("/tenants", Map.of("do", "start", "tenant", "tree-oak"))
                            .status());
            assertEquals("stopped", state("tree-oak"));
        }
    }

    private void assertRefused(String sentence, Map<String, String> form) {
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        Instance.Answer answer = asAdmin("POST", "/tenants", body);
        assertEquals(422, answer.status(), answer.text());
        assertTrue(answer.text().contains(sentence), answer.text());
    }

    private static Instance.Answer asAdmin(String method, String path, String form) {
        return instance.send(
                method,
                path,
                form,
                form == null
                        ? Map.of("Authorization", "Bearer " + instance.adminToken())
                        : Map.of(
                                "Authorization",
                                "Bearer " + instance.adminToken(),
                                "Content-Type",
                                "application/x-www-form-urlencoded"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String state(String name) {
        return instance.get("/tenants/" + name).expect(200).json().get("state").asText();
    }

    private Locator rows() {
        return page.locator("tr[id^=tenant-]");
    }

    private Locator row(String name) {
        return page.locator("#tenant-" + name);
    }
}
