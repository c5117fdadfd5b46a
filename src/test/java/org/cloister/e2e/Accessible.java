package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What axe-core finds on a page against WCAG 2.2, levels A and AA: names, roles, contrast, size of what is touched. */
final class Accessible {

    private static final String AXE = source();

    /** A line for each element that breaks a rule. Animations end first, since a colour on its way has no contrast. */
    private static final String LOOK = """
            async () => {
              const passing = document.getAnimations()
                .filter(one => one.effect.getComputedTiming().iterations !== Infinity);
              await Promise.allSettled(passing.map(one => one.finished));
              const found = await axe.run(document, {
                runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']});
              return found.violations.flatMap(rule => rule.nodes.map(
                node => rule.id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary));
            }""";

    private Accessible() {}

    /** @param name of the page, for the message */
    static void isAccessible(Page page, String name) {
        page.evaluate(AXE); // by the debugger's way in, which no Content-Security-Policy minds
        assertEquals(List.of(), page.evaluate(LOOK), "what is not accessible of " + name);
    }

    private static String source() {
        try (InputStream in = Accessible.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
