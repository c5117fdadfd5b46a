package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Somebody, mostly an admin, who is signed in with a real browser. Closing it fails where the browser complained: of a script's error, or of
 * something that the Content-Security-Policy refused.
 */
final class Visitor implements AutoCloseable {

    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final int PATIENCE_MILLIS = 60_000;

    private final List<String> complaints = new ArrayList<>();
    private final Instance instance;
    private final BrowserContext context;
    final Page page;

    Visitor(Instance instance, Browser browser) {
        this(instance, browser, instance.signInLink());
    }

    /** @param link that signs somebody in */
    Visitor(Instance instance, Browser browser, String link) {
        this.instance = instance;
        context = browser.newContext(new Browser.NewContextOptions().setViewportSize(1280, 900));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        page = context.newPage();
        page.onPageError(complaints::add);
        page.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")) complaints.add(message.text());
        });
        page.navigate(link);
        button("Sign in").click();
    }

    private Visitor(Instance instance, BrowserContext signedIn) {
        this.instance = instance;
        context =
                signedIn.browser().newContext(new Browser.NewContextOptions().setStorageState(signedIn.storageState()));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        page = context.newPage();
    }

    /** @param path on the instance, such as "/sessions" */
    void open(String path) {
        page.navigate(instance.url() + path);
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator heading(String name) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** In a second window of the same admin, who has turned scripts off there. It is closed, or the first gets no picture. */
    void withoutScripts(Consumer<Page> use) {
        try (BrowserContext plain = context.browser()
                .newContext(new Browser.NewContextOptions()
                        .setJavaScriptEnabled(false)
                        .setStorageState(context.storageState()))) {
            use.accept(plain.newPage());
        }
    }

    /** The page as it is now: light, dark, and as wide as a phone, which it must fit. Each is to be accessible. */
    void pictures(String name) {
        for (ColorScheme scheme : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            String shown = name + "-" + scheme.name().toLowerCase(Locale.ROOT);
            picture(shown);
            Accessible.isAccessible(page, shown);
        }
        for (int width : List.of(1280, 1020, 800)) {
            page.setViewportSize(width, 900);
            fits(name);
        }
        page.setViewportSize(390, 844);
        picture(name + "-390");
        fits(name);
        Accessible.isAccessible(page, name + "-390");
        page.setViewportSize(1280, 900);
    }

    /** Nothing of the page lies beside the window. */
    void fits(String name) {
        int width = ((Number) page.evaluate("document.documentElement.scrollWidth")).intValue();
        int window = page.viewportSize().width;
        assertTrue(width <= window, name + " is " + width + " wide in a window of " + window);
    }

    /** A second window of the same browser, signed in as the same person. */
    Visitor another() {
        return new Visitor(instance, context);
    }

    void picture(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true));
    }

    /** What fits the window, as it is now. */
    void glimpse(String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
    }

    @Override
    public void close() {
        context.close();
        assertEquals(List.of(), complaints, "what the browser complained about");
    }
}
