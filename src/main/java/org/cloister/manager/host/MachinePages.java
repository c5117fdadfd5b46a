package org.cloister.manager.host;

import static org.cloister.manager.page.Words.plural;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Gauge;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Words;
import org.cloister.manager.webhook.WebhookCard;
import org.cloister.protocol.Reply;

/** The machine: what it has, and how far it helps to hold tenants apart. */
@Path("/machine")
@Produces(MediaType.TEXT_HTML)
@Blocking
class MachinePages {

    @Inject
    HostResource host;

    @Inject
    WebhookCard webhook;

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance show(MachinePage view);
    }

    @GET
    public TemplateInstance show() {
        return Templates.show(page(host.get(), host.posture(), webhook.view().orElse(null)));
    }

    static MachinePage page(Reply.Host host, HostPosture posture, WebhookCard.View webhook) {
        int all = posture.checks().size();
        return new MachinePage(
                posture.open() > 0
                        ? Sign.danger("Open")
                        : posture.weak() > 0 ? Sign.attention("Weak") : Sign.fine("Good"),
                sentence(posture),
                posture.good() + " of " + plural(all, "check") + " good, a moment ago.",
                gauges(host),
                facts(host),
                webhook,
                host.missing(),
                rows(posture, false),
                rows(posture, true));
    }

    static String sentence(HostPosture posture) {
        if (posture.open() > 0)
            return plural(posture.open(), "opening") + " that a tenant can use"
                    + (posture.weak() > 0
                            ? ", and " + plural(posture.weak(), "weak place") + " with nothing behind the first wall."
                            : ".");
        if (posture.weak() > 0)
            return "Nothing that a tenant can use; " + plural(posture.weak(), "weak place")
                    + " with nothing behind the first wall.";
        return "The machine stands behind the walls of its tenants everywhere.";
    }

    private static List<Gauge> gauges(Reply.Host host) {
        return List.of(
                Gauge.ofBytes(
                        "Memory in use", host.memoryBytes() - host.memoryAvailableBytes(), host.memoryBytes(), ""),
                Gauge.ofBytes("Pool in use", host.poolBytes() - host.poolFreeBytes(), host.poolBytes(), ""));
    }

    private static List<Fact> facts(Reply.Host host) {
        return List.of(
                Fact.text("Kernel", host.kernel()),
                Fact.text("Control groups", host.cgroups()),
                Fact.text("Processors", Words.count(host.cores())),
                Fact.text("Debian", host.suite()),
                Fact.text("Tenants’ places", host.firstSlot() + " to " + host.lastSlot()));
    }

    private static List<MachinePage.Row> rows(HostPosture posture, boolean good) {
        return posture.checks().stream()
                .filter(check -> check.good() == good)
                .map(check -> new MachinePage.Row(
                        switch (check.state()) {
                            case "open" -> Sign.danger("Open");
                            case "weak" -> Sign.attention("Weak");
                            default -> Sign.fine("Good");
                        },
                        check.id(),
                        check.found(),
                        check.expected(),
                        check.risk(),
                        check.mend(),
                        check.setting() != null))
                .toList();
    }
}
