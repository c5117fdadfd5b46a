package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A terminal in a real browser, used by the keyboard alone; closing a visitor fails where its policy refused a style. */
class TerminalPagesTest {

    private static Instance instance;
    private static Chromium chromium;
    private static TenantHandle alice;

    @BeforeAll
    static void open() {
        instance = Instance.assumeRunning();
        chromium = new Chromium();
        alice = instance.tenant("pane-alice");
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
    }

    @AfterAll
    static void shut() {
        instance.request("DELETE", "/accounts/pane-owner", null);
        if (alice != null) alice.close();
        if (chromium != null) chromium.close();
    }

    private static Visitor owner() {
        instance.request("DELETE", "/accounts/pane-owner", null);
        String link = instance.request(
                        "POST", "/accounts", Map.of("name", "pane-owner", "role", "tenant", "tenant", "pane-alice"))
                .expect(201)
                .json()
                .get("link")
                .get("url")
                .asText();
        Visitor owner = chromium.visit(instance, link);
        assertThat(owner.heading("pane-owner")).isVisible();
        return owner;
    }

    @Test
    void anAdminIsToldThatTheTenantDecidesAndItsOwnerLetsHim() {
        try (Visitor admin = chromium.visit(instance);
                Visitor owner = owner()) {
            admin.open("/tenants/pane-alice");
            assertThat(admin.heading("pane-alice")).isVisible();
            assertThat(admin.page.getByText("let no admin open a terminal")).isVisible();
            assertThat(admin.page.locator("a[href$='/terminal']")).hasCount(0);
            admin.open("/tenants/pane-alice/terminal");
            assertThat(admin.page.getByText("does not let admins open terminals"))
                    .isVisible();
            assertThat(admin.page.locator(".xterm")).hasCount(0);
            admin.pictures("terminal-refused");

            owner.open("/tenants/pane-alice");
            owner.button("Let admins open terminals").click();
            assertThat(owner.button("Forbid it, and end theirs")).isVisible();
            owner.open("/tenants/pane-alice/terminal");
            shows(owner, "#");

            admin.open("/tenants/pane-alice");
            admin.page.locator("a[href$='/terminal']").click();
            assertThat(admin.page.getByText("You are a guest")).isVisible();
            shows(admin, "#");
            assertThat(owner.page.locator("#terminal-state")).containsText("The admin opened a terminal");
            type(admin, "echo guest-$((40 + 2))");
            shows(admin, "guest-42");

            try (Visitor second = owner.another()) {
                second.open("/tenants/pane-alice");
                second.button("Forbid it, and end theirs").click();
                assertThat(second.button("Let admins open terminals")).isVisible();
            }
            assertThat(admin.page.locator("#terminal-state")).containsText("You may no longer have a terminal here");
            type(owner, "echo mine-$((20 + 1))");
            shows(owner, "mine-21");
        }
    }

    @Test
    void whatIsTypedRunsIsInterruptedResizedDrawnAndEnds() {
        try (Visitor owner = owner()) {
            Page page = owner.page;
            owner.open("/tenants/pane-alice");
            page.locator("a[href$='/terminal']").press("Enter");
            assertThat(page.locator("#terminal-state")).hasText("Connected.");
            shows(owner, "#");
            type(owner, "id -un; echo Grüße-$((6 * 7))");
            shows(owner, "Grüße-42");

            type(owner, "sleep 1000");
            page.keyboard().press("Control+c");
            type(owner, "echo after-$?");
            shows(owner, "after-130");

            type(owner, "stty size | sed 's/^/size /'");
            String before = size(owner);
            page.setViewportSize(800, 600);
            Eventually.holds(() -> {
                type(owner, "clear; stty size | sed 's/^/size /'");
                String after = size(owner);
                assertNotEquals(before, after);
                Object rows = page.evaluate("document.querySelectorAll('.xterm-rows > div').length");
                assertEquals(rows + "", after.split(" ")[0]);
            });
            page.setViewportSize(1280, 900);

            type(
                    owner,
                    "clear; printf '\\033[38;2;250;120;20mtrue\\033[0m \\033[31mred\\033[0m \\033[1;42mblock\\033[0m\\n'");
            Locator coloured =
                    page.locator(".xterm-rows span", new Page.LocatorOptions().setHasText(Pattern.compile("^true$")));
            assertThat(coloured).hasAttribute("style", Pattern.compile("color"));
            assertThat(page.locator(".xterm-rows .xterm-fg-1").first()).hasText("red");
            assertThat(page.locator(".xterm-rows .xterm-fg-1").first()).not().hasCSS("color", (String)
                    page.evaluate("getComputedStyle(document.getElementById('glass')).color"));

            type(owner, "top -d 60; echo left-$?");
            shows(owner, "load average");
            shows(owner, "TIME+");
            owner.pictures("terminal");
            page.locator(".xterm-helper-textarea").press("q");
            shows(owner, "left-0");

            page.keyboard().press("Shift+F6");
            assertThat(page.locator("#terminal-reader")).isFocused();
            page.locator(".xterm-helper-textarea").focus();
            page.keyboard().type("exit 5\n");
            assertThat(page.locator("#terminal-state")).hasText("The session ended: exit status 5.");
            assertThat(owner.button("Open another")).isFocused();
            owner.pictures("terminal-ended");
            page.keyboard().press("Enter");
            assertThat(page.locator("#terminal-state")).hasText("Connected.");
            type(owner, "echo again-$((1 + 1))");
            shows(owner, "again-2");
        }
    }

    @Test
    void aLargePasteAndALargeOutputComeWhole() {
        try (Visitor owner = owner()) {
            owner.open("/tenants/pane-alice/terminal");
            shows(owner, "#");
            type(owner, "seq 1 200000 | tail -c 1400000; echo all-$((3 * 3))");
            shows(owner, "all-9");
            shows(owner, "200000");
            type(owner, "stty -echo; echo go-$((1 + 1)); cat > /root/pasted; stty echo; echo pasted-$((4 * 4))");
            shows(owner, "go-2"); // from now on a line is a line
            owner.page.evaluate("""
                    text => {
                        const data = new DataTransfer();
                        data.setData('text/plain', text);
                        document.querySelector('.xterm-helper-textarea')
                            .dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
                    }""", "sixty characters and a few more, and at its end it is a line.\n".repeat(5_000));
            owner.page.keyboard().press("Control+d");
            shows(owner, "pasted-16");
            assertEquals(
                    "5000", alice.ssh("wc -l < /root/pasted").orFail().out().strip());
        }
    }

    @Test
    void aTenantThatIsStoppedTellsItsTerminal() {
        try (Visitor owner = owner()) {
            owner.open("/tenants/pane-alice/terminal");
            shows(owner, "#");
            instance.request("POST", "/tenants/pane-alice/stop", null);
            assertThat(owner.page.locator("#terminal-state")).hasText("pane-alice was stopped by the administrator.");
            alice.await("stopped");
            owner.button("Open another").press("Enter");
            assertThat(owner.page.locator("#terminal-state")).containsText("pane-alice is stopped");
            instance.request("POST", "/tenants/pane-alice/start", null);
            alice.await("running");
            owner.button("Open another").press("Enter");
            shows(owner, "#");
        }
    }

    private static void type(Visitor visitor, String line) {
        visitor.page.keyboard().insertText(line);
        visitor.page.keyboard().press("Enter");
    }

    private static void shows(Visitor visitor, String text) {
        assertThat(visitor.page.locator(".xterm-rows")).containsText(text);
    }

    /** Rows and columns, as stty says them. */
    private static String size(Visitor visitor) {
        Pattern said = Pattern.compile("size (\\d+ \\d+)");
        assertThat(visitor.page.locator(".xterm-rows")).containsText(said);
        Matcher matcher = said.matcher(visitor.page.locator(".xterm-rows").textContent());
        return matcher.find() ? matcher.group(1) : "";
    }
}
