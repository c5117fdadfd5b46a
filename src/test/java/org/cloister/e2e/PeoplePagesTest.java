package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An admin lets an auditor and a tenant's owner in; each finds what is theirs and nothing else. */
class PeoplePagesTest {

    private static Instance instance;
    private static Chromium chromium;

    @BeforeAll
    static void open() {
        instance = Instance.assumeRunning();
        chromium = new Chromium();
    }

    @AfterAll
    static void shut() {
        if (chromium != null) chromium.close();
    }

    @AfterEach
    void leave() {
        for (String name : new String[] {"test-reader", "test-landlady"})
            instance.request("DELETE", "/accounts/" + name, null);
    }

    @Test
    void anAuditorIsInvitedSetsPasswordAndSecondFactorAndComesBackByThem() {
        String link = invite("test-reader", "Auditor", null);
        try (Visitor reader = chromium.visit(instance, link)) {
            Page page = reader.page;
            assertThat(reader.heading("test-reader")).isVisible();
            page.getByLabel("New password").fill("a long enough one");
            reader.button("Set the password").click();
            page.getByText("Set one up").click();
            assertThat(page.locator("svg.qr")).isVisible();
            reader.pictures("account-factor");
            String secret = page.locator("#factor-secret").textContent();
            page.locator("#factor-old").fill("a long enough one");
            page.getByLabel("Code").fill("000000");
            reader.button("Set it up").click();
            assertThat(page.locator("#factor-fault")).containsText("not the code");
            assertTrue(page.locator("#factor-secret").textContent().equals(secret), "it goes on with the same secret");
            page.locator("#factor-old").fill("a long enough one");
            page.getByLabel("Code").fill(PeopleTest.code(secret, 0));
            reader.button("Set it up").click();
            assertThat(page.locator("#fresh")).containsText(Pattern.compile("([a-z2-7]{4}-){3}[a-z2-7]{4}"));
            page.getByLabel("What it is for").fill("nightly report");
            reader.button("Make a token").click();
            assertThat(page.locator("#fresh-token")).containsText("cloister_");
            reader.pictures("account");

            reader.button("Sign out").click();
            reader.open("/sign-in");
            reader.pictures("sign-in");
            page.getByLabel("Name").fill("test-reader");
            page.getByLabel("Password").fill("a long enough one");
            page.keyboard().press("Enter");
            assertThat(page.locator("#sign-in-fault")).containsText("not right");
            page.getByLabel("Password").fill("a long enough one");
            page.getByLabel("Code").fill(PeopleTest.code(secret, 1));
            page.keyboard().press("Enter");
            assertThat(reader.heading("Tenants")).isVisible();
            assertThat(page.getByText("Onboard a tenant")).hasCount(0);
            reader.open("/people");
            assertThat(reader.heading("Add somebody")).hasCount(0);
        }
    }

    @Test
    void aTenantsOwnerFindsItsTenantAloneAndRestartsIt() {
        try (TenantHandle alice = instance.tenant("alice");
                TenantHandle bob = instance.tenant("bob");
                Visitor owner = chromium.visit(instance, invite("test-landlady", "Tenant", "alice"))) {
            Page page = owner.page;
            page.getByRole(com.microsoft.playwright.options.AriaRole.NAVIGATION)
                    .getByText("alice")
                    .click();
            assertThat(owner.heading("alice")).isVisible();
            assertThat(owner.heading("Delete alice")).hasCount(0);
            assertThat(owner.button("Freeze")).hasCount(0);
            owner.pictures("tenant-as-owner");
            owner.button("Restart").click();
            alice.await("running");
            assertThat(page.locator("#sign")).containsText("running");
            owner.open("/tenants/bob");
            assertThat(owner.heading("Not found")).isVisible();
            alice.await("running");
            bob.await("running");
        }
    }

    @Test
    void aWrongNameIsExplainedBesideItsFieldAndNothingTypedIsLost() {
        try (Visitor admin = chromium.visit(instance)) {
            admin.open("/people");
            admin.page.getByLabel("Name").fill("No Spaces");
            admin.page.getByLabel("Auditor").check();
            admin.button("Add, and make a link").click();
            assertThat(admin.page.locator("#name-fault")).containsText("A name is a to z");
            assertThat(admin.page.getByLabel("Name")).hasValue("No Spaces");
            assertThat(admin.page.getByLabel("Auditor")).isChecked();
        }
    }

    private static String invite(String name, String role, String tenant) {
        try (Visitor admin = chromium.visit(instance)) {
            admin.open("/people");
            admin.page.getByLabel("Name").fill(name);
            admin.page
                    .locator("label.choice", new Page.LocatorOptions().setHasText(role))
                    .click();
            if (tenant != null) admin.page.locator("#tenant").selectOption(tenant);
            admin.button("Add, and make a link").click();
            assertThat(admin.page.locator("#invitation")).containsText(name);
            admin.pictures("people");
            return admin.page.locator("#invitation-link").textContent();
        }
    }
}
