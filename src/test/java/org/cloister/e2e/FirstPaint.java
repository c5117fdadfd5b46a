package org.cloister.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How long a real browser needs until it has painted something of a page: {@code FirstPaint ROUNDS PATH...}. */
final class FirstPaint {

    private static final String WHEN = """
            () => new Promise(done => new PerformanceObserver((entries, observer) => {
              const first = entries.getEntriesByName('first-contentful-paint')[0];
              if (!first) return;
              observer.disconnect();
              done(first.startTime);
            }).observe({type: 'paint', buffered: true}))""";

    private FirstPaint() {}

    /** A line for each path: the path, the median and the slowest in milliseconds, with tabs between. */
    public static void main(String[] arguments) {
        Instance instance = Instance.assumeRunning();
        int rounds = Integer.parseInt(arguments[0]);
        List<String> paths = Arrays.asList(arguments).subList(1, arguments.length);
        try (Chromium chromium = new Chromium();
                Visitor admin = chromium.visit(instance)) {
            for (String path : paths) {
                double[] took = path.equals("/sign-in")
                        ? ofAStranger(admin, instance.url() + path, rounds)
                        : of(admin.page, instance.url() + path, rounds);
                Arrays.sort(took);
                System.out.printf(Locale.ROOT, "%s\t%.1f\t%.1f%n", path, took[rounds / 2], took[rounds - 1]);
            }
        }
    }

    private static double[] ofAStranger(Visitor admin, String url, int rounds) {
        try (BrowserContext nobody = admin.page.context().browser().newContext()) {
            return of(nobody.newPage(), url, rounds);
        }
    }

    /** The first visit, which fills the cache, is left out. */
    private static double[] of(Page page, String url, int rounds) {
        double[] took = new double[rounds];
        for (int round = -1; round < rounds; round++) {
            page.navigate(url);
            double painted = ((Number) page.evaluate(WHEN)).doubleValue();
            if (round >= 0) took[round] = painted;
        }
        return took;
    }
}
