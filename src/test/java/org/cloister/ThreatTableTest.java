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
import java.util.regex.Matcher;
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

    /** Names of sabotages at the end of what stops Eve. */
    private static final Pattern BRACKETS = Pattern.compile("\\[([a-z, -]+)]$");

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
        List<String> bare =
                rows().stream().filter(line -> !NAME.matcher(line).find()).toList();
        assertEquals(List.of(), bare);
    }

    @Test
    void noTestOfIsolationIsMissingFromTheTable() throws IOException {
        Set<String> named = names(Files.readString(TABLE));
        Set<String> forgotten = new TreeSet<>(tests());
        forgotten.removeIf(test -> !WHOLE.contains(test.substring(0, test.indexOf('.'))) || named.contains(test));
        assertEquals(Set.of(), forgotten);
    }

    /** Each paragraph of the list can be carried out: its texts stand in their files once, its tests are there. */
    @Test
    void everySabotageFindsTheLinesItBreaks() throws IOException {
        List<String> faults = new ArrayList<>();
        for (Sabotage each : sabotages()) {
            if (each.in().isEmpty()
                    || each.in().size() != each.was().size()
                    || each.in().size() != each.is().size()) faults.add(each.name() + ": not as many in, was and is");
            else
                for (int i = 0; i < each.in().size(); i++) {
                    String was = each.was().get(i);
                    String file = Files.readString(Path.of(each.in().get(i)));
                    if (was.isEmpty() || file.split(Pattern.quote(was), -1).length != 2)
                        faults.add(each.name() + ": not once in its file: " + was);
                }
            if (each.red().isEmpty() || !missing(each.red()).isEmpty())
                faults.add(each.name() + ": no such tests: " + missing(each.red()));
        }
        assertEquals(List.of(), faults);
    }

    /** What a line says to stop Eve has been broken, and the line's own tests saw it. */
    @Test
    void everyLineNamesItsSabotagesAndTheyTurnItsTestsRed() throws IOException {
        List<String> faults = new ArrayList<>();
        List<Sabotage> sabotages = sabotages();
        List<String> known = sabotages.stream().map(Sabotage::name).toList();
        Map<String, Set<String>> beside = new HashMap<>();
        for (String line : rows()) {
            String[] cells = line.split(" \\| ");
            Matcher brackets = BRACKETS.matcher(cells[1]);
            if (!brackets.find()) faults.add("no sabotage: " + cells[0]);
            else
                for (String name : brackets.group(1).split(", ")) {
                    if (!known.contains(name)) faults.add("no such sabotage: " + name);
                    beside.computeIfAbsent(name, first -> new TreeSet<>()).addAll(names(cells[2]));
                }
        }
        for (Sabotage each : sabotages) {
            Set<String> elsewhere = new TreeSet<>(each.red());
            elsewhere.removeAll(beside.getOrDefault(each.name(), Set.of()));
            if (!elsewhere.isEmpty()) faults.add(each.name() + " is not named beside " + elsewhere);
        }
        assertEquals(List.of(), faults);
    }

    private static List<String> rows() throws IOException {
        return Files.readString(TABLE)
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Eve") && !line.startsWith("| --"))
                .toList();
    }

    /** A paragraph of the list. */
    private record Sabotage(String name, List<String> in, List<String> was, List<String> is, Set<String> red) {}

    private static List<Sabotage> sabotages() throws IOException {
        List<Sabotage> all = new ArrayList<>();
        for (String line : Files.readAllLines(SABOTAGE)) {
            if (line.isBlank() || line.startsWith("#")) continue;
            if (!line.startsWith(" ")) {
                all.add(new Sabotage(
                        line.split(" ")[0], new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new TreeSet<>()));
                continue;
            }
            String[] halves = line.strip().split(" ", 2);
            String text = halves.length < 2 ? "" : halves[1];
            Sabotage last = all.getLast();
            switch (halves[0]) {
                case "in" -> last.in().add(text);
                case "was" -> last.was().add(text);
                case "is" -> last.is().add(text);
                case "red" -> last.red().addAll(names(text));
                default -> throw new AssertionError("neither in nor was, is or red: " + line);
            }
        }
        assertFalse(all.isEmpty());
        return all;
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
