package org.cloister.manager.audit;

import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.util.XRLog;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.cloister.protocol.SshSignature;

/**
 * A report as it is handed to somebody on paper.
 *
 * @param started in UTC: paper has no reader's zone
 * @param sha256 of the report's file, which the signature and the next report speak of
 * @param panels the matrix, as many victims side by side as a page holds
 */
record AuditPaper(AuditPage page, String started, String sha256, List<Panel> panels) {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm:ss 'UTC'", Locale.ENGLISH);

    /** Victims that fit beside each other. */
    private static final int ACROSS = 6;

    record Panel(List<String> columns, List<AuditPage.Row> rows) {}

    @CheckedTemplate(basePath = "AuditPages")
    static class Templates {

        static native TemplateInstance paper(AuditPaper paper);
    }

    static AuditPaper of(AuditReport report) {
        AuditPage page = new AuditReading(report.id, report.document).page();
        return new AuditPaper(
                page,
                DATE.format(page.startedAt().atOffset(ZoneOffset.UTC)),
                HexFormat.of().formatHex(SshSignature.hash("SHA-256", report.document)),
                panels(page));
    }

    private static List<Panel> panels(AuditPage page) {
        int columns = page.columns().size();
        return java.util.stream.IntStream.iterate(0, from -> from < columns, from -> from + ACROSS)
                .mapToObj(from -> {
                    int to = Math.min(columns, from + ACROSS);
                    return new Panel(
                            page.columns().subList(from, to),
                            page.rows().stream()
                                    .map(row -> new AuditPage.Row(
                                            row.attacker(), row.cells().subList(from, to)))
                                    .toList());
                })
                .toList();
    }

    byte[] pdf() {
        return pdf(Templates.paper(this).render());
    }

    /** Nothing is fetched for it, whatever a text in the report looks like. @param html well-formed */
    static byte[] pdf(String html) {
        XRLog.setLoggingEnabled(false);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            new PdfRendererBuilder()
                    .useFastMode()
                    .useUriResolver((base, uri) -> null)
                    .withHtmlContent(html, null)
                    .toStream(out)
                    .run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
