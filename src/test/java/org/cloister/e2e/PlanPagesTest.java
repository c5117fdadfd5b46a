package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans made, changed and removed in the page: whom a change touches is seen first, and a file is what holds. */
class PlanPagesTest {

    private static final String PLAN = "page-plan";
    private static final String TENANT = "plan-cedar";

    private static Instance instance;
    private static Chromium chromium;

    private Visitor admin;
    private Page page;

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
    void makeAPlanAndATenantOfIt() {
        leave();
        instance.request("POST", "/plans", plan(PLAN)).expect(201);
        instance.change("POST", "/tenants", Map.of("name", TENANT, "plan", PLAN, "start", false))
                .expect(201);
        admin = chromium.visit(instance);
        page = admin.page;
    }

    @AfterEach
    void close() {
        if (admin != null) admin.close();
        leave();
    }

    private static void leave() {
        instance.change("DELETE", "/tenants/" + TENANT, null);
        instance.request("DELETE", "/plans/" + PLAN, null);
        instance.request("DELETE", "/plans/page-other", null);
    }

    private static Map<String, Object> plan(String name) {
        return Map.of("name", name, "cpuPercent", 50, "memoryBytes", 64 << 20, "pids", 64, "diskBytes", 256 << 20);
    }

    @Test
    void aChangeShowsWhomItTouchesBeforeItIsMade() {
        admin.open("/plans");
        page.getByLabel("Edit " + PLAN).click();
        assertThat(page.getByLabel("Memory", exactly())).hasValue("64 MB");
        page.getByLabel("Memory", exactly()).fill("96 MB");
        admin.pictures("plan-edit");
        admin.button("Show whom it touches").click();
        assertThat(page.locator("#touched")).containsText(Pattern.compile(TENANT + "\\s*Memory: 64 MB → 96 MB"));
        admin.pictures("plan-effect");
        assertEquals(64 << 20, number("/plans/" + PLAN, "/memoryBytes"), "shown, not made");
        admin.button("Change the plan " + PLAN).click();
        assertThat(page).hasURL(instance.url() + "/plans#" + PLAN);
        assertThat(page.locator("#" + PLAN)).containsText("96 MB");
        assertEquals(96 << 20, number("/plans/" + PLAN, "/memoryBytes"));
        Eventually.holds(() -> assertEquals(96 << 20, number("/tenants/" + TENANT, "/limits/memoryBytes")));
    }

    @Test
    void whoeverIsNotGivenTheChangedPlanKeepsWhatItHad() {
        admin.open("/plans/edit?plan=" + PLAN);
        page.getByLabel("Processes", exactly()).fill("65");
        admin.button("Show whom it touches").click();
        page.getByLabel("Give it to these tenants now").uncheck();
        admin.button("Change the plan " + PLAN).click();
        assertThat(page.locator("h1")).hasText("Plans");
        assertEquals(65, number("/plans/" + PLAN, "/pids"));
        assertEquals(64, number("/tenants/" + TENANT, "/limits/pids"));

        JsonNode touched = instance.request("PATCH", "/plans/" + PLAN + "?tenants=show", Map.of("pids", 70))
                .expect(200)
                .json();
        assertEquals(TENANT, touched.get(0).get("name").asText());
        assertEquals(65, number("/plans/" + PLAN, "/pids"), "shown, not made");
        instance.request("PATCH", "/plans/" + PLAN + "?tenants=all", Map.of("pids", 70))
                .expect(400);
        instance.request("PATCH", "/plans/" + PLAN + "?tenants=move", Map.of("pids", 70))
                .expect(200);
        Eventually.holds(() -> assertEquals(70, number("/tenants/" + TENANT, "/limits/pids")));
    }

    @Test
    void badInputGetsTheSentenceOfTheApiAndMakesNothing() {
        admin.open("/plans/edit");
        page.getByLabel("Name", exactly()).fill("Page Other");
        for (var typed : Map.of("CPU time", "50", "Memory", "64 MB", "Disk", "256 MB", "Processes", "64")
                .entrySet()) page.getByLabel(typed.getKey(), exactly()).fill(typed.getValue());
        page.keyboard().press("Enter");
        assertThat(page.locator("#name-fault")).hasText(refusal("name", "Page Other"));
        page.getByLabel("Name", exactly()).fill("page-other");
        page.getByLabel("Memory", exactly()).fill("1 MB");
        page.keyboard().press("Enter");
        assertThat(page.locator("#memoryBytes-fault")).hasText(refusal("memoryBytes", 1 << 20));
        assertThat(page.getByLabel("Memory", exactly())).isFocused();
        admin.pictures("plan-fault");
        page.getByLabel("Memory", exactly()).fill("much");
        page.keyboard().press("Enter");
        assertThat(page.locator("#memoryBytes-fault")).containsText("memoryBytes is a whole number of bytes");
        instance.get("/plans/page-other").expect(404);
        page.getByLabel("Memory", exactly()).fill("64 MB");
        page.keyboard().press("Enter");
        assertThat(page.locator("#page-other")).isVisible();
        page.getByLabel("Remove page-other").click();
        assertThat(page.locator("#page-other")).hasCount(0);
        assertThat(page.getByLabel("Remove " + PLAN)).hasCount(0);
    }

    @Test
    void aFileHoldsAndNeitherPageNorApiChangesWhatItDefines() {
        String sentence = "The file tenants/plans/small.json defines the plan small, and is what holds";
        for (String method : List.of("PATCH", "DELETE")) {
            var answer = instance.request(method, "/plans/small", method.equals("PATCH") ? Map.of("pids", 99) : null);
            assertEquals(409, answer.status(), answer.text());
            assertTrue(answer.text().contains(sentence), answer.text());
        }
        admin.open("/plans");
        assertThat(page.locator("#small")).containsText("tenants/plans/small.json");
        assertThat(page.getByLabel("Edit small")).hasCount(0);
        assertThat(page.locator("#small .room")).containsText(Pattern.compile("Room for|Oversold"));
        admin.pictures("plans");
        page.getByLabel("Copy small").click();
        assertThat(page.getByLabel("Memory", exactly())).hasValue("512 MB");
        page.getByLabel("Name", exactly()).fill("small");
        page.keyboard().press("Enter");
        assertThat(page.locator("#name-fault")).hasText("There is a plan small already.");
        assertEquals(512, number("/plans/small", "/pids"));
    }

    private static String refusal(String field, Object value) {
        var wish = new java.util.HashMap<>(plan("page-other"));
        wish.put(field, value);
        return instance.request("POST", "/plans", wish)
                .expect(400)
                .json()
                .get("detail")
                .asText();
    }

    private static long number(String path, String field) {
        return instance.get(path).expect(200).json().at(field).asLong();
    }

    private static Page.GetByLabelOptions exactly() {
        return new Page.GetByLabelOptions().setExact(true);
    }
}
