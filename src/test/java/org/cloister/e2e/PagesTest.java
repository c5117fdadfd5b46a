package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
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
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * The pages in a real browser, as an admin uses them. Early among the classes: an empty list can only be seen before
 * others onboard.
 */
@Order(10)
class PagesTest {

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
    void signIn() {
        admin = chromium.visit(instance);
        page = admin.page;
        assertThat(page).hasURL(instance.url() + "/");
    }

    @AfterEach
    void close(TestInfo test) {
        if (admin == null) return;
        admin.glimpse("end-of-" + test.getTestMethod().orElseThrow().getName());
        admin.close();
    }

    @Test
    void aLinkSignsInOnceAndASecondUseSaysHowToGetANewOne() {
        String link = instance.signInLink();
        admin.button("Sign out").click();
        assertThat(page.getByRole(AriaRole.HEADING)).hasText("You are signed out");
        admin.open("/");
        assertThat(page).hasURL(instance.url() + "/sign-in");
        assertThat(page.locator("main")).containsText("ops/up");

        page.navigate(link);
        admin.button("Sign in").click();
        assertThat(admin.heading("Tenants")).isVisible();
        admin.button("Sign out").click();
        page.navigate(link);
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("root of the machine gets one from ops/up.");
    }

    /** So that finding nothing on the other pages means something. */
    @Test
    void whatIsNotAccessibleIsFound() {
        Accessible.isAccessible(page, "tenants");
        for (String broken : List.of("<button></button>", "<input>", "<p class='muted faint'>grey</p>")) {
            page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", broken);
            page.evaluate("() => document.querySelectorAll('.faint').forEach(p => p.style.color = '#999')");
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
            AssertionError found = assertThrows(AssertionError.class, () -> Accessible.isAccessible(page, "broken"));
            assertTrue(found.getMessage().contains("Fix any of the following"), found.getMessage());
            page.evaluate("() => document.querySelector('main').lastElementChild.remove()");
        }
    }

    @Test
    void everyPageIsAccessibleAlsoOneThatSaysThatSomethingIsNotThere() {
        try (TenantHandle tenant = instance.tenant("accessible", Map.of("start", false))) {
            List<String> shown = new ArrayList<>();
            for (Routes route : Routes.all()) {
                if (route.changes() || route.path().matches("/(api|live|assets)/.*")) continue;
                String path = route.of(tenant.name());
                var answer = page.context().request().get(instance.url() + path);
                if (!answer.headers().getOrDefault("content-type", "").startsWith("text/html")) continue;
                if (!answer.text().contains("<html")) continue; // a part, which a page fetches
                admin.open(path);
                Accessible.isAccessible(page, path);
                shown.add(path);
            }
            assertTrue(shown.size() > 15, shown.toString());
        }
    }

    @Test
    void aMachineWithoutTenantsSaysWhatToDoNext() {
        assumeTrue(instance.get("/tenants").expect(200).json().isEmpty(), "other tests left tenants");
        assertThat(page.getByText("No tenant lives here yet")).isVisible();
        admin.pictures("empty");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Onboard the first tenant"))
                .click();
        assertThat(admin.heading("Onboard a tenant")).isVisible();
    }

    @Test
    void aliceIsOnboardedWatchedAndHerCommandLogsIn() throws IOException {
        Path key = key("alice");
        delete("alice");
        try {
            admin.open("/tenants/new");
            page.getByLabel("Name").fill("alice");
            assertThat(page.locator("#name-said")).hasText("alice is free.");
            page.getByLabel("SSH keys").fill(Files.readString(key.resolveSibling("key.pub")));
            assertThat(page.locator("#gets")).containsText("What alice gets");
            assertThat(page.locator("#gets")).containsText("alice@pages");
            admin.pictures("onboarding");
            admin.button("Onboard").click();

            Locator command = page.locator("#ssh-command");
            assertThat(command).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(300_000));
            assertThat(command).hasText(Pattern.compile("ssh -p " + instance.sshPort() + " alice@.+"));
            assertThat(page.locator("#host-key")).hasText(Pattern.compile("SHA256:[A-Za-z0-9+/]{43}"));
            assertThat(page.locator(".phases li")).hasCount(4);
            admin.pictures("ready");

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

            admin.open("/tenants/alice");
            assertThat(page.locator(".walls .fine")).hasCount(8);
            assertThat(page.locator("#live")).containsText("tenant-init");
            assertThat(page.locator("#live")).containsText(Pattern.compile("0–65535 are \\d+–\\d+"));
            page.locator("#mounts-summary").press("Enter");
            Locator proc = page.locator("#mounts tr", new Page.LocatorOptions().setHasText("/proc"))
                    .first();
            assertThat(proc).isVisible();
            assertThat(proc).containsText("nosuid, nodev, noexec");
            page.waitForResponse(answer -> answer.url().contains("/live/tenants/alice"), () -> {});
            assertThat(proc).isVisible();
            admin.pictures("tenant");
            admin.open("/");
            assertThat(page.locator("tr", new Page.LocatorOptions().setHasText("alice"))
                            .first())
                    .containsText("running");
            admin.pictures("tenants");
        } finally {
            delete("alice");
        }
    }

    @Test
    void aTenantsPageWaitsForNoAgentThatHangsAndSaysTheRestLater() {
        try (TenantHandle eve = instance.tenant("eve")) {
            admin.open("/tenants/eve");
            String agent = Long.toString(Machine.pid(instance, "agent"));
            Command.run("kill", "-STOP", agent).orFail();
            try {
                admin.open("/tenants/eve");
                assertThat(page.getByText("Being read from the kernel.", new Page.GetByTextOptions().setExact(true)))
                        .isVisible();
                assertThat(page.getByLabel("Add keys")).isVisible();
            } finally {
                Command.run("kill", "-CONT", agent).orFail();
            }
            assertThat(page.locator("#live")).containsText("tenant-init");
            assertThat(page.locator(".walls .fine")).hasCount(8);
        }
    }

    @Test
    void aBadNameGetsItsSentenceAndNothingTypedIsLost() throws IOException {
        String key = Files.readString(key("alice").resolveSibling("key.pub")).strip();
        admin.open("/tenants/new");
        page.getByLabel("Name").fill("../bob");
        page.getByLabel("medium").check();
        page.getByLabel("SSH keys").fill(key);
        admin.button("Onboard").click();

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
        admin.pictures("bad-name");
    }

    @Test
    void aPrivateKeyIsRefusedAndNotShownAgain() {
        admin.open("/tenants/new");
        page.getByLabel("Name").fill("alice");
        page.getByLabel("SSH keys")
                .fill(
                        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----");
        admin.button("Onboard").click();
        assertThat(page.locator("#keys-fault")).containsText("This is a private key.");
        assertThat(page.getByLabel("SSH keys")).hasValue("");
        assertThat(page.getByLabel("Name")).hasValue("alice");
    }

    @Test
    void anAuditIsRunAndACellOpensToItsEvidence() {
        try (TenantHandle bob = instance.tenant("bob");
                TenantHandle eve = instance.tenant("eve")) {
            admin.open("/audits");
            admin.button("Run an audit").click();
            Locator verdict = page.locator("#verdict");
            assertThat(verdict).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(300_000));
            assertThat(verdict).containsText("No tenant reached another or the host in");
            admin.pictures("audit");

            page.locator("#" + eve.name() + "-at-" + bob.name()).click();
            Locator drawer = page.locator("dialog.drawer");
            assertThat(drawer).isVisible();
            assertThat(drawer.locator("h1")).hasText("eve at bob");
            Locator attempt = drawer.locator(".attempt").first();
            assertThat(attempt.getByText("Kernel said")).isHidden();
            attempt.locator("summary").click();
            assertThat(attempt.getByText("Kernel said")).isVisible();
            page.waitForTimeout(300);
            admin.glimpse("audit-cell");
            page.keyboard().press("Escape");
            assertThat(drawer).isHidden();

            // Without the script, the same link is a page.
            String url = page.locator("#eve-at-bob").getAttribute("href");
            admin.open(url);
            assertThat(admin.heading("eve at bob")).isVisible();
        }
    }

    @Test
    void theRecordsTellOfADeletedTenantAndTheSignInPageWhereTheyEnd() {
        instance.tenant("eve").close();
        admin.open("/audits");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Records"))
                .click();
        assertThat(admin.heading("Records")).isVisible();
        Locator latest = page.locator("tbody tr").first();
        assertThat(latest).containsText("Deletion");
        assertThat(latest).containsText("eve, slot");
        assertThat(latest).containsText("nothing is left");
        String head = page.locator("#chain-head").textContent();
        admin.pictures("records");
        admin.button("Sign out").click();
        admin.open("/sign-in");
        assertThat(page.locator("#chain-head")).hasText(head);
        admin.pictures("sign-in");
    }

    @Test
    void aTenantIsFrozenThawedAndDeletedOnlyByItsName() {
        try (TenantHandle eve = instance.tenant("eve")) {
            admin.open("/tenants/eve");
            admin.button("Freeze").click();
            assertThat(page.locator("#sign")).hasText("frozen");
            admin.button("Thaw").click();
            assertThat(page.locator("#sign")).hasText("running");

            page.getByLabel("Add keys").fill("not a key");
            admin.button("Add").click();
            assertThat(page.locator("#keys-fault")).containsText("This is not a public key");
            assertThat(page.getByLabel("Add keys")).hasValue("not a key");

            page.locator("#sure").fill("bob");
            admin.button("Delete for good").click();
            assertThat(page.locator("#sure-fault")).containsText("Nothing was deleted");
            page.locator("#sure").fill("eve");
            admin.button("Delete for good").click();
            assertThat(page).hasURL(instance.url() + "/");
            assertThat(page.locator("#live")).not().containsText("eve");
        }
    }

    @Test
    void aSnapshotIsTakenRestoredAndDeletedOnTheTenantsPage() {
        try (TenantHandle eve = instance.tenant("eve")) {
            Locator section = page.locator("#snapshots");
            admin.open("/tenants/eve");
            page.getByLabel("Take a snapshot").fill("a \u001b[2J");
            admin.button("Take it").click();
            assertThat(page.locator("#note-fault")).containsText("A note is one line of plain text");
            page.getByLabel("Take a snapshot").fill("<i>before</i> the upgrade");
            admin.button("Take it").click();
            assertThat(section.locator("tbody tr")).hasCount(1);
            assertThat(section.locator("tbody")).containsText("<i>before</i> the upgrade");
            eve.ssh("touch /root/later").orFail();

            section.getByText("Restore", new Locator.GetByTextOptions().setExact(true))
                    .click();
            admin.pictures("snapshots");
            admin.button("Set eve back").click();
            assertThat(admin.heading("Restoring eve")).isVisible();
            page.getByText("Go on").click();
            assertEquals(2, eve.ssh("ls /root/later").exit());

            section.getByText("Delete", new Locator.GetByTextOptions().setExact(true))
                    .click();
            admin.button("Delete the snapshot").click();
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
        admin.pictures("machine");
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
            admin.open("/plans");
            assertThat(page.locator("#pages-nested .weaker")).containsText("Nesting allowed");
            assertThat(page.locator("#small .weaker")).hasCount(0);
            assertThat(page.locator("#pages-nested")).containsText("no limit");
            admin.pictures("plans");

            admin.open("/tenants/eve");
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
            admin.pictures("plan-effect");
            page.locator("#change-plan").click();
            assertThat(page.locator("main")).containsText("The floor: pages-nested plan");
            assertThat(page.locator(".head .badge.danger")).containsText("nesting allowed");
            admin.pictures("tenant-nesting");

            admin.withoutScripts(plain -> {
                plain.navigate(instance.url() + "/tenants/eve");
                plain.getByLabel("small").check();
                plain.getByText("Show what would change").click();
                assertThat(plain.locator("h1")).hasText("eve with the plan small");
                plain.locator("#change-plan").click();
                assertThat(plain.locator("main")).containsText("The floor: small plan");
                assertThat(plain.locator(".head .badge.danger")).hasCount(0);
            });
        } finally {
            instance.request("DELETE", "/plans/pages-nested", null);
        }
    }

    @Test
    void everyPageFitsAPhoneAndKeepsItsTheme() {
        admin.open("/");
        admin.button("Dark").click();
        for (String path : List.of(
                "/",
                "/tenants/new",
                "/sessions",
                "/authorities",
                "/audits",
                "/records",
                "/templates",
                "/plans",
                "/events",
                "/machine",
                "/nothing-here")) {
            page.setViewportSize(390, 844);
            admin.open(path);
            assertEquals("dark", page.evaluate("document.documentElement.dataset.theme"), path);
            admin.fits(path);
            assertEquals(
                    List.of(),
                    page.evaluate("[...document.querySelectorAll('.rail a')].filter(a => a.scrollWidth > a.clientWidth)"
                            + ".map(a => a.textContent)"),
                    "words that do not fit their places at the bottom");
            if (path.equals("/sessions") || path.equals("/authorities")) admin.picture(path.substring(1) + "-390-dark");
        }
    }

    @Test
    void theKeyboardReachesTheContentFirst() {
        admin.open("/plans");
        page.keyboard().press("Tab");
        assertThat(page.getByText("Skip to the content")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("main")).isFocused();
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
