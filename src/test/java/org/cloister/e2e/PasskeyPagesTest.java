package org.cloister.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Somebody comes by a link, adds a passkey, and comes back by it alone; with a real browser and an authenticator of its own. */
class PasskeyPagesTest {

    private final Instance instance = Instance.assumeRunning();

    /** The same, as passkeys know it. */
    private final Instance local = new Instance(
            instance.name(),
            URI.create("http://localhost:" + instance.url().getPort()),
            instance.sshPort(),
            instance.home());

    @AfterEach
    void leave() {
        instance.request("DELETE", "/accounts/test-keeper", null);
    }

    @Test
    void whoIsInvitedAddsAPasskeyAndComesBackByItAlone() {
        leave();
        String link = local.request("POST", "/accounts", Map.of("name", "test-keeper", "role", "auditor"))
                .expect(201)
                .json()
                .at("/link/url")
                .asText();
        try (Chromium chromium = new Chromium();
                Visitor keeper = chromium.visit(local, link)) {
            Page page = keeper.page;
            CDPSession devices = page.context().newCDPSession(page);
            String device = authenticator(devices);
            assertThat(keeper.heading("test-keeper")).isVisible();
            page.getByLabel("Where it is").fill("my phone");
            page.keyboard().press("Enter");
            assertThat(page.locator("#fresh")).containsText(Pattern.compile("([a-z2-7]{4}-){3}[a-z2-7]{4}"));
            assertThat(page.locator("#passkeys table")).containsText("my phone");
            page.getByLabel("Where it is").fill("my phone again");
            keeper.button("Add a passkey").click();
            assertThat(page.locator("#passkey-said")).containsText("on this device already");
            keeper.pictures("account-passkeys");

            keeper.button("Sign out").click();
            keeper.open("/sign-in");
            keeper.button("Sign in with a passkey").click();
            assertThat(keeper.heading("Tenants")).isVisible();

            keeper.button("Sign out").click();
            page.navigate(instance.url() + "/sign-in");
            keeper.button("Sign in with a passkey").click();
            assertThat(page.locator("#passkey-said")).containsText("Passkeys work at " + local.url() + " alone");
            keeper.open("/sign-in");
            unverified(devices, device);
            keeper.button("Sign in with a passkey").click();
            assertThat(page.locator("#passkey-said")).containsText("cancelled");
            keeper.pictures("sign-in-passkey");
        }
    }

    private static String authenticator(CDPSession devices) {
        devices.send("WebAuthn.enable");
        JsonObject kind = new JsonObject();
        kind.addProperty("protocol", "ctap2");
        kind.addProperty("transport", "internal");
        for (String able :
                new String[] {"hasResidentKey", "hasUserVerification", "isUserVerified", "automaticPresenceSimulation"})
            kind.addProperty(able, true);
        JsonObject wish = new JsonObject();
        wish.add("options", kind);
        return devices.send("WebAuthn.addVirtualAuthenticator", wish)
                .get("authenticatorId")
                .getAsString();
    }

    private static void unverified(CDPSession devices, String device) {
        JsonObject wish = new JsonObject();
        wish.addProperty("authenticatorId", device);
        wish.addProperty("isUserVerified", false);
        devices.send("WebAuthn.setUserVerified", wish);
    }
}
