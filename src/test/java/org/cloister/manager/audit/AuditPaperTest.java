package org.cloister.manager.audit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;

class AuditPaperTest {

    private static String text(String report) throws IOException {
        AuditReport stored = new AuditReport();
        stored.id = new UUID(0, 7);
        stored.startedAt = Instant.EPOCH;
        stored.document = report.getBytes(StandardCharsets.UTF_8);
        Engine engine = Engine.builder()
                .addDefaults()
                .addValueResolver(new ReflectionValueResolver())
                .addResultMapper(new HtmlEscaper(List.of(Variant.TEXT_HTML)))
                .build();
        String template = Files.readString(Path.of("src/main/resources/templates/AuditPages/paper.html"));
        String html = engine.parse(template, new Variant(Locale.ENGLISH, StandardCharsets.UTF_8, Variant.TEXT_HTML))
                .data("paper", AuditPaper.of(stored))
                .render();
        byte[] pdf = AuditPaper.pdf(html);
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document).replaceAll("\\s+", " ");
        }
    }

    private static String report(List<String> tenants) {
        String names = tenants.stream()
                .map(name -> "{\"name\":\"" + name + "\",\"profile\":\"strict\"}")
                .collect(Collectors.joining(","));
        String cells = tenants.stream()
                .map(name -> "{\"attacker\":\"" + name + "\",\"victim\":\"host\",\"verdict\":\"passed\",\"attempts\":["
                        + "{\"vector\":\"see\",\"target\":\"\",\"verdict\":\"passed\",\"outcome\":\"ESRCH\",\"detail\":\"\","
                        + "\"micros\":5,\"owner\":{\"outcome\":\"succeeded\",\"detail\":\"\"},"
                        + "\"broken\":{\"outcome\":\"succeeded\",\"detail\":\"\"}}]}")
                .collect(Collectors.joining(","));
        return """
                {"schema":"cloister-audit/1","verdict":"failed","startedAt":"2026-01-02T03:04:05Z",
                 "finishedAt":"2026-01-02T03:04:07Z","sequence":12,"signer":"SHA256:abc","previous":"0f0f",
                 "host":{"hostname":"<b>&amp; host</b>","kernel":"6.1","bootId":"x"},"tenants":[TENANTS],
                 "summary":{"passed":1,"failed":0,"void":0,"not-applicable":0},
                 "vectors":[{"name":"see","tries":"Looks.","stoppedBy":"pid namespace"}],
                 "cells":[CELLS],
                 "facts":[{"name":"mounts","says":"Its own alone.","verdict":"failed","looked":9}],
                 "findings":[{"tenant":"eve","fact":"mounts","check":"mount at <img src='http://127.0.0.1:1/x'/>",
                   "expected":"none","found":"ext4 /etc & more"}],
                 "controls":{},"claims":"What is claimed.","notClaimed":"What is not."}
                """.replace("TENANTS", names).replace("CELLS", cells);
    }

    @Test
    void whatTheReportSaysStandsOnPaperAndStaysText() throws IOException {
        String text = text(report(List.of("bob", "eve")));
        for (String words : List.of(
                "Isolation audit",
                "2 January 2026, 03:04:05 UTC",
                "mount at <img src='http://127.0.0.1:1/x'/>",
                "ext4 /etc & more",
                "Place in the chain 12",
                "Signed by SHA256:abc",
                "What is claimed.",
                "Its own alone.",
                "1 of ")) assertTrue(text.contains(words), words + " is not in " + text);
    }

    @Test
    void aMatrixThatIsWiderThanPaperIsCutIntoPanels() throws IOException {
        List<String> names = IntStream.range(0, 14).mapToObj(i -> "tenant" + i).toList();
        String text = text(report(names));
        for (String name : names) {
            int columns = text.split("\\b" + name + "\\b", -1).length - 1;
            assertTrue(
                    columns >= 4,
                    name + " stands there " + columns + " times: a column, and a row in each of three panels");
        }
    }
}
