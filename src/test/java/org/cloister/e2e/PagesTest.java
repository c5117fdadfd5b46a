package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * The pages in a real browser, as an admin uses them. Early among the classes: an empty list can only be seen before
 * others onboard.
 */
@Order(10)
class PagesTest {

    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final int PATIENCE_MILLIS = 60_000;
    private static final List<String> SWITCHES = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private static Instance instance;
    private static Playwright playwright;
    private static Browser browser;

    /** What the browser complained about: a script error, or something that the Content-Security-Policy refused. */
    private final List<String> complaints = new ArrayList<>();

    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void openTheBrowser() {
        instance = Instance.assumeRunning();
        String chromium = System.getenv().getOrDefault("CLOISTER_TEST_CHROMIUM", "/usr/bin/chromium");
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Path.of(chromium))
                        .setArgs(SWITCHES));
    }

    @AfterAll
    static void closeTheBrowser() {
        if (playwright != null) playwright.close();
    }

    @BeforeEach
    void signIn() {
        context = browser.newContext(new Browser.NewContextOptions().setViewportSize(1280, 900));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")) complaints.add(message.text());
        });
        page.navigate(instance.signInLink());
        button("Sign in").click();
        assertThat(page).hasURL(instance.url() + "/");
    }

    @AfterEach
    void close(TestInfo test) {
        if (page != null) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(SCREENSHOTS.resolve(
                            "end-of-" + test.getTestMethod().orElseThrow().getName() + ".png")));
            context.close();
        }
        assertEquals(List.of(), complaints, "what the browser complained about");
    }

    @Test
    void aLinkSignsInOnceAndASecondUseSaysHowToGetANewOne() {
        String link = instance.signInLink();
        button("Sign out").click();
        assertThat(page.getByRole(AriaRole.HEADING)).hasText("You are signed out");
        page.navigate(instance.url() + "/");
        assertThat(page).hasURL(instance.url() + "/sign-in");
        assertThat(page.locator("main")).containsText("ops/up");

        page.navigate(link);
        button("Sign in").click();
        assertThat(heading("Tenants")).isVisible();
        button("Sign out").click();
        page.navigate(link);
        button("Sign in").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("Run ops/up on the machine for a new one.");
    }

    @Test
    void aMachineWithoutTenantsSaysWhatToDoNext() {
        assumeTrue(instance.get("/tenants").expect(200).json().isEmpty(), "other tests left tenants");
        assertThat(page.getByText("No tenant lives here yet")).isVisible();
        pictures("empty");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Onboard the first tenant"))
                .click();
        assertThat(heading("Onboard a tenant")).isVisible();
    }

    @Test
    void aliceIsOnboardedWatchedAndHerCommandLogsIn() throws IOException {
        Path key = key("alice");
        delete("alice");
        try {
            page.navigate(instance.url() + "/tenants/new");
            page.getByLabel("Name").fill("alice");
            assertThat(page.locator("#name-said")).hasText("alice is free.");
            page.getByLabel("SSH keys").fill(Files.readString(key.resolveSibling("key.pub")));
            assertThat(page.locator("#gets")).containsText("What alice gets");
            assertThat(page.locator("#gets")).containsText("alice@pages");
            pictures("onboarding");
            button("Onboard").click();

            Locator command = page.locator("#ssh-command");
            assertThat(command).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(300_000));
            assertThat(command).hasText(Pattern.compile("ssh -p " + instance.sshPort() + " alice@.+"));
            assertThat(page.locator("#host-key")).hasText(Pattern.compile("SHA256:[A-Za-z0-9+/]{43}"));
            assertThat(page.locator(".phases li")).hasCount(4);
            pictures("ready");

            List<String> typed =
                    new ArrayList<>(List.of(command.textContent().trim().split(" ")));
            typed.addAll(
                    1,
                    List.of(
                            "-i",
                            key.toString(),
                            "-o",
                            "StrictHostKeyChecking=no",
                            "-o",
                            "UserKnownHostsFile=/dev/null"));
            typed.add("hostname");
            assertEquals(
                    "alice",
                    Command.run(typed.toArray(String[]::new)).orFail().out().strip());

            page.navigate(instance.url() + "/tenants/alice");
            assertThat(page.locator(".walls .fine")).hasCount(8);
            assertThat(page.locator("#live")).containsText("tenant-init");
            pictures("tenant");
            page.navigate(instance.url() + "/");
            assertThat(page.locator("tr", new Page.LocatorOptions().setHasText("alice"))
                            .first())
                    .containsText("running");
            pictures("tenants");
        } finally {
            delete("alice");
        }
    }

    @Test
    void aBadNameGetsItsSentenceAndNothingTypedIsLost() throws IOException {
        String key = Files.readString(key("alice").resolveSibling("key.pub")).strip();
        page.navigate(instance.url() + "/tenants/new");
        page.getByLabel("Name").fill("../bob");
        page.getByLabel("medium").check();
        page.getByLabel("SSH keys").fill(key);
        button("Onboard").click();

        String sentence = instance.request(
                        "POST", "/tenants", Map.of("name", "../bob", "plan", "medium", "sshKeys", List.of(key)))
                .expect(400)
                .json()
                .get("detail")
                .asText();
        assertThat(page.locator("#name-fault")).hasText(sentence);
        assertThat(page.getByLabel("Name")).hasValue("../bob");
        assertThat(page.getByLabel("Name")).isFocused();
        assertThat(page.getByLabel("medium")).isChecked();
        assertThat(page.getByLabel("SSH keys")).hasValue(key);
        pictures("bad-name");
    }

    @Test
    void aPrivateKeyIsRefusedAndNotShownAgain() {
        page.navigate(instance.url() + "/tenants/new");
        page.getByLabel("Name").fill("alice");
        page.getByLabel("SSH keys")
                .fill(
                        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----");
        button("Onboard").click();
        assertThat(page.locator("#keys-fault")).containsText("This is a private key.");
        assertThat(page.getByLabel("SSH keys")).hasValue("");
        assertThat(page.getByLabel("Name")).hasValue("alice");
    }

    @Test
    void anAuditIsRunAndACellOpensToItsEvidence() {
        try (TenantHandle bob = instance.tenant("bob");
                TenantHandle eve = instance.tenant("eve")) {
            page.navigate(instance.url() + "/audits");
            button("Run an audit").click();
            Locator verdict = page.locator("#verdict");
            assertThat(verdict).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(300_000));
            assertThat(verdict).containsText("No tenant reached another or the host in");
            pictures("audit");

            page.locator("#" + eve.name() + "-at-" + bob.name()).click();
            Locator drawer = page.locator("dialog.drawer");
            assertThat(drawer).isVisible();
            assertThat(drawer.locator("h1")).hasText("eve at bob");
            assertThat(drawer.locator(".attempt").first()).containsText("Kernel said");
            page.waitForTimeout(300);
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("audit-cell.png")));
            page.keyboard().press("Escape");
            assertThat(drawer).isHidden();

            // Without the script, the same link is a page.
            String url = page.locator("#eve-at-bob").getAttribute("href");
            page.navigate(instance.url() + url);
            assertThat(heading("eve at bob")).isVisible();
        }
    }

    @Test
    void aTenantIsFrozenThawedAndDeletedOnlyByItsName() {
        try (TenantHandle eve = instance.tenant("eve")) {
            page.navigate(instance.url() + "/tenants/eve");
            button("Freeze").click();
            assertThat(page.locator("#sign")).hasText("frozen");
            button("Thaw").click();
            assertThat(page.locator("#sign")).hasText("running");

            page.getByLabel("Add keys").fill("not a key");
            button("Add").click();
            assertThat(page.locator("#keys-fault")).containsText("This is not a public key");
            assertThat(page.getByLabel("Add keys")).hasValue("not a key");

            page.locator("#sure").fill("bob");
            button("Delete for good").click();
            assertThat(page.locator("#sure-fault")).containsText("Nothing was deleted");
            page.locator("#sure").fill("eve");
            button("Delete for good").click();
            assertThat(page).hasURL(instance.url() + "/");
            assertThat(page.locator("#live")).not().containsText("eve");
        }
    }

    @Test
    void aSnapshotIsTakenRestoredAndDeletedOnTheTenantsPage() {
        try (TenantHandle eve = instance.tenant("eve")) {
            Locator section = page.locator("#snapshots");
            page.navigate(instance.url() + "/tenants/eve");
            page.getByLabel("Take a snapshot").fill("a \u001b[2J");
            button("Take it").click();
            assertThat(page.locator("#note-fault")).containsText("A note is one line of plain text");
            page.getByLabel("Take a snapshot").fill("<i>before</i> the upgrade");
            button("Take it").click();
            assertThat(section.locator("tbody tr")).hasCount(1);
            assertThat(section.locator("tbody")).containsText("<i>before</i> the upgrade");
            eve.ssh("touch /root/later").orFail();

            section.getByText("Restore", new Locator.GetByTextOptions().setExact(true))
                    .click();
            pictures("snapshots");
            button("Set eve back").click();
            assertThat(heading("Restoring eve")).isVisible();
            page.getByText("Go on").click();
            assertEquals(2, eve.ssh("ls /root/later").exit());

            section.getByText("Delete", new Locator.GetByTextOptions().setExact(true))
                    .click();
            button("Delete the snapshot").click();
            assertThat(section.locator("tbody tr")).hasCount(0);
        }
    }

    @Test
    void theMachinesPageSaysWhatIsOpenAndHowItIsMended() {
        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Machine").setExact(true))
                .click();
        assertThat(page).hasURL(instance.url() + "/machine");
        assertThat(page.locator("#posture")).isVisible();
        for (var check : instance.get("/host/posture").expect(200).json().get("checks")) {
            if (check.get("good").asBoolean()) continue;
            Locator row = page.locator(
                    "tbody tr",
                    new Page.LocatorOptions().setHasText(check.get("id").asText()));
            assertThat(row).containsText(check.get("risk").asText());
            assertThat(row).containsText(check.get("mend").asText());
            assertThat(row).containsText(check.get("found").asText());
        }
        pictures("machine");
    }

    @Test
    void anotherPlanIsShownBeforeItIsGivenWithAndWithoutTheScript() {
        instance.request("DELETE", "/plans/pages-nested", null);
        instance.request(
                        "POST",
                        "/plans",
                        Map.of(
                                "name",
                                "pages-nested",
                                "profile",
                                "nesting",
                                "cpuPercent",
                                100,
                                "pids",
                                512,
                                "memoryBytes",
                                512 << 20,
                                "diskBytes",
                                1L << 32,
                                "sendBytes",
                                0))
                .expect(201);
        try (TenantHandle eve = instance.tenant("eve")) {
            page.navigate(instance.url() + "/plans");
            assertThat(page.locator("#pages-nested .weaker")).containsText("Nesting allowed");
            assertThat(page.locator("#small .weaker")).hasCount(0);
            assertThat(page.locator("#pages-nested")).containsText("no limit");
            pictures("plans");

            page.navigate(instance.url() + "/tenants/eve");
            for (String label : List.of("CPU time", "Weight", "Swap", "Written", "Sent", "Connections", "Sessions"))
                assertThat(page.locator(".floor").getByText(label, new Locator.GetByTextOptions().setExact(true)))
                        .isVisible();
            assertThat(page.locator(".choice .danger")).hasText("nesting allowed");
            page.getByLabel("medium").check();
            Locator effect = page.locator("#plan-effect");
            assertThat(effect.locator("tr", new Locator.LocatorOptions().setHasText("Memory")))
                    .hasText(Pattern.compile("Memory\\s*512 MB\\s*2 GB"));
            assertThat(effect).not().containsText("restarted");
            page.getByLabel("pages-nested").check();
            assertThat(effect).containsText("eve is restarted for it");
            pictures("plan-effect");
            page.locator("#change-plan").click();
            assertThat(page.locator("main")).containsText("The floor: pages-nested plan");
            assertThat(page.locator(".head .badge.danger")).containsText("nesting allowed");
            pictures("tenant-nesting");

            try (BrowserContext bare = browser.newContext(new Browser.NewContextOptions()
                    .setJavaScriptEnabled(false)
                    .setStorageState(context.storageState()))) {
                Page plain = bare.newPage();
                plain.navigate(instance.url() + "/tenants/eve");
                plain.getByLabel("small").check();
                plain.getByText("Show what would change").click();
                assertThat(plain.locator("h1")).hasText("eve with the plan small");
                plain.locator("#change-plan").click();
                assertThat(plain.locator("main")).containsText("The floor: small plan");
                assertThat(plain.locator(".head .badge.danger")).hasCount(0);
            }
        } finally {
            instance.request("DELETE", "/plans/pages-nested", null);
        }
    }

    @Test
    void everyPageFitsAPhoneAndKeepsItsTheme() {
        page.navigate(instance.url() + "/");
        button("Dark").click();
        for (String path : List.of(
                "/",
                "/tenants/new",
                "/sessions",
                "/authorities",
                "/audits",
                "/templates",
                "/plans",
                "/events",
                "/machine",
                "/nothing-here")) {
            page.setViewportSize(390, 844);
            page.navigate(instance.url() + path);
            assertEquals("dark", page.evaluate("document.documentElement.dataset.theme"), path);
            int width = ((Number) page.evaluate("document.documentElement.scrollWidth")).intValue();
            assertTrue(width <= 390, path + " is " + width + " wide");
            assertEquals(
                    List.of(),
                    page.evaluate("[...document.querySelectorAll('.rail a')].filter(a => a.scrollWidth > a.clientWidth)"
                            + ".map(a => a.textContent)"),
                    "words that do not fit their places at the bottom");
            if (path.equals("/sessions") || path.equals("/authorities")) picture(path.substring(1) + "-390-dark");
        }
    }

    @Test
    void theKeyboardReachesTheContentFirst() {
        page.navigate(instance.url() + "/plans");
        page.keyboard().press("Tab");
        assertThat(page.getByText("Skip to the content")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("main")).isFocused();
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator heading(String name) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** The page as it is now: light, dark, and as wide as a phone. */
    private void pictures(String name) {
        for (ColorScheme scheme : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            picture(name + "-" + scheme.name().toLowerCase(Locale.ROOT));
        }
        page.setViewportSize(390, 844);
        picture(name + "-390");
        int width = ((Number) page.evaluate("document.documentElement.scrollWidth")).intValue();
        page.setViewportSize(1280, 900);
        assertTrue(width <= 390, name + " is " + width + " wide");
    }

    private void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true));
    }

    private static Path key(String owner) throws IOException {
        Path key = Files.createTempDirectory("cloister-pages").resolve("key");
        Command.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", owner + "@pages", "-f", key.toString())
                .orFail();
        return key;
    }

    private static void delete(String tenant) {
        instance.change("DELETE", "/tenants/" + tenant, null);
    }
}
