package org.cloister.e2e;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real browser: Debian's Chromium, since Playwright's own cannot be downloaded everywhere. */
final class Chromium implements AutoCloseable {

    private static final List<String> SWITCHES = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;

    Chromium() {
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000); // five seconds are not enough where much else runs
        String chromium = System.getenv().getOrDefault("CLOISTER_TEST_CHROMIUM", "/usr/bin/chromium");
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Path.of(chromium))
                        .setArgs(SWITCHES));
    }

    /** An admin who has just signed in and knows nothing of others who visit. */
    Visitor visit(Instance instance) {
        return new Visitor(instance, browser);
    }

    /** Somebody whom this link signs in. */
    Visitor visit(Instance instance, String link) {
        return new Visitor(instance, browser, link);
    }

    @Override
    public void close() {
        playwright.close();
    }
}
