package org.cloister.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed is understood whole, or refused with what to type instead. */
class LineTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tenat list | There is no command \"tenat\". Did you mean \"tenant\"?",
                "frobnicate | There is no command \"frobnicate\". \"cloister help\" lists them.",
                "tenant craete | Did you mean \"create\"?",
                "tenant | tenant needs one more word: create, list,",
                "tenant show | TENANT is missing: cloister tenant show TENANT",
                "tenant show a b | \"b\" is too much:",
                "tenant show .. | \"..\" is no name.",
                "token create a --days 1 | --scope SCOPE is missing:",
                "tenant create a --plan | --plan needs a value: --plan PLAN",
                "tenant create a --plan x --plan y | --plan is said twice.",
                "tenant list --jsno | There is no option --jsno of \"tenant list\". Did you mean \"--json\"?",
                "tenant list --json=yes | --json takes no value.",
                "tenant list --follow | There is no option --follow of \"tenant list\".",
                "audit verify --url x a.json | There is no option --url of \"audit verify\".",
            })
    void whatMakesNoSenseIsRefusedWithWhatToTypeInstead(String typed, String sentence) {
        String said = assertThrows(UsageException.class, () -> line(typed)).getMessage();
        assertTrue(said.contains(sentence), said);
    }

    @Test
    void optionsStandAnywhereAndAfterTwoDashesNoneDoes() {
        Line line = line("--json tenant create --key a.pub alice --key=- --plan small");
        assertEquals("tenant create", line.command().name());
        assertEquals(List.of("alice"), line.arguments());
        assertEquals(List.of("a.pub", "-"), line.values("--key"));
        assertEquals("small", line.value("--plan"));
        assertTrue(line.has("--json"));
        assertEquals(List.of("--json"), line("tenant show -- --json").arguments());
    }

    @Test
    void valuesOfBytesMayBeSaidShortAndOthersNot() {
        assertEquals(1L << 30, Values.typed("memoryBytes", "1G"));
        assertEquals(512L << 20, Values.typed("diskBytes", "512m"));
        assertEquals(17, Values.typed("pids", "17"));
        for (String[] wrong : new String[][] {
            {"pids", "1K"}, {"memoryBytes", "G"}, {"memoryBytes", "-1"}, {"memoryBytes", "1.5G"}, {"pids", ""}
        }) assertThrows(UsageException.class, () -> Values.typed(wrong[0], wrong[1]), String.join("=", wrong));
        assertThrows(UsageException.class, () -> Values.typed("memoryBytes", "999999999999999T"));
    }

    private static Line line(String typed) {
        return Line.of(List.of(typed.strip().split(" +")));
    }
}
