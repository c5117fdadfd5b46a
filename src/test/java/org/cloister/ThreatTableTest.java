package org.cloister;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** What ops/docs/threats.md and src/test/sabotage.txt promise is there: tests, and the lines that hold them up. */
class ThreatTableTest {

    private static final Path TABLE = Path.of("ops/docs/threats.md");
    private static final Path SABOTAGE = Path.of("src/test/sabotage.txt");
    private static final Path CLASSES = Path.of("target/test-classes");

    /** A test as both files write it. */
    private static final Pattern NAME = Pattern.compile("\\b([A-Z]\\w+Test)\\.([a-z]\\w+)\\b");

    /** Classes whose every test is about a tenant who tries something: none may be missing from the table. */
    private static final List<String> WHOLE =
            List.of("IsolationTest", "NeighbourTest", "NetworkIsolationTest", "LimitsTest");

    @Test
    void everyTestThatTheTableNamesIsThere() throws IOException {
        Set<String> named = names(Files.readString(TABLE));
        assertFalse(named.isEmpty());
        assertEquals(Set.of(), missing(named));
    }

    @Test
    void noLineOfTheTableIsWithoutATest() throws IOException {
        List<String> bare = Files.readString(TABLE)
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Eve") && !line.startsWith("| --"))
                .filter(line -> !NAME.matcher(line).find())
                .toList();
        assertEquals(List.of(), bare);
    }

    @Test
    void noTestOfIsolationIsMissingFromTheTable() throws IOException {
        Set<String> named = names(Files.readString(TABLE));
        Set<String> forgotten = new TreeSet<>(tests());
        forgotten.removeIf(test -> !WHOLE.contains(test.substring(0, test.indexOf('.'))) || named.contains(test));
        assertEquals(Set.of(), forgotten);
    }

    /** Each paragraph of the list can be carried out: its line stands in its file once, its tests are there. */
    @Test
    void everySabotageFindsTheLineItBreaks() throws IOException {
        List<String> faults = new ArrayList<>();
        for (Map<String, String> paragraph : paragraphs()) {
            String name = paragraph.get("name");
            String was = paragraph.getOrDefault("was", "");
            String file = Files.readString(Path.of(paragraph.getOrDefault("in", "")));
            if (was.isEmpty() || file.split(Pattern.quote(was), -1).length != 2)
                faults.add(name + ": not once in its file: " + was);
            Set<String> red = names(paragraph.getOrDefault("red", ""));
            if (red.isEmpty() || !missing(red).isEmpty()) faults.add(name + ": no such tests: " + missing(red));
        }
        assertEquals(List.of(), faults);
    }

    private static List<Map<String, String>> paragraphs() throws IOException {
        List<Map<String, String>> paragraphs = new ArrayList<>();
        for (String line : Files.readAllLines(SABOTAGE)) {
            if (line.isBlank() || line.startsWith("#")) continue;
            if (!line.startsWith(" ")) {
                paragraphs.add(new HashMap<>(Map.of("name", line.split(" ")[0])));
                continue;
            }
            String[] halves = line.strip().split(" ", 2);
            paragraphs.getLast().put(halves[0], halves.length < 2 ? "" : halves[1]);
        }
        assertFalse(paragraphs.isEmpty());
        return paragraphs;
    }

    private static Set<String> missing(Set<String> named) throws IOException {
        Set<String> missing = new TreeSet<>(named);
        missing.removeAll(tests());
        return missing;
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        NAME.matcher(text).results().map(MatchResult::group).forEach(names::add);
        return names;
    }

    /** Every test of the product, as Class.method; those of a nested class under the name of the outer one. */
    private static Set<String> tests() throws IOException {
        Set<String> tests = new TreeSet<>();
        try (var files = Files.walk(CLASSES)) {
            for (Path file : files.filter(path -> path.toString().matches(".*Test(\\$\\w+)?\\.class"))
                    .toList()) {
                String name = CLASSES.relativize(file).toString().replace('/', '.');
                tests.addAll(testsOf(name.substring(0, name.length() - ".class".length())));
            }
        }
        assertTrue(tests.size() > 100, "only " + tests.size() + " tests were found in " + CLASSES);
        return tests;
    }

    private static List<String> testsOf(String className) {
        try {
            Class<?> type = Class.forName(className, false, ThreatTableTest.class.getClassLoader());
            Class<?> file = type.getNestHost();
            return Arrays.stream(type.getDeclaredMethods())
                    .filter(ThreatTableTest::isTest)
                    .map(method -> file.getSimpleName() + "." + method.getName())
                    .toList();
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isTest(Method method) {
        return AnnotationSupport.isAnnotated(method, Testable.class);
    }
}
