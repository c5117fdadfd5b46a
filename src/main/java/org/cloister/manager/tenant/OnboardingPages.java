package org.cloister.manager.tenant;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.manager.key.PublicKey;
import org.cloister.manager.key.PublicKeys;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Timelines;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.SshDoor;
import org.cloister.manager.page.Uploads;
import org.cloister.manager.page.Words;
import org.cloister.manager.plan.Plan;
import org.cloister.manager.plan.PlanRoom;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.template.Templates;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Slot;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** Onboarding: one form, checked as it is typed, and the sentences of the API beside its fields. */
@Path("/tenants/new")
@Produces(MediaType.TEXT_HTML)
@Blocking
class OnboardingPages {

    private static final String USUAL_PLAN = "small";

    @Inject
    Tenants tenants;

    @Inject
    PlanRoom room;

    @Inject
    Templates templates;

    @Inject
    BatchPages batches;

    @Inject
    Timelines timelines;

    @Inject
    SshDoor ssh;

    @CheckedTemplate(basePath = "OnboardingPages")
    static class Pages {

        static native TemplateInstance form(OnboardingPage view);

        static native TemplateInstance form$gets(OnboardingPage view);
    }

    /** What was typed. */
    private record Typed(String name, String plan, String template, String keys, boolean invites) {}

    @GET
    public TemplateInstance form() {
        return Pages.form(page(new Typed("", USUAL_PLAN, null, "", false), true, false, null));
    }

    /** What is typed just now: what is wrong with it, and what the tenant would get. Nothing is stored. */
    @POST
    @Path("check")
    public TemplateInstance check(
            @RestForm String name, @RestForm String plan, @RestForm String template, @RestForm String sshKeys) {
        Typed typed = new Typed(or(name, ""), plan, template, or(sshKeys, ""), false);
        return Pages.form$gets(page(typed, false, true, null));
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    public Response onboard(
            @RestForm String name,
            @RestForm String plan,
            @RestForm String template,
            @RestForm String sshKeys,
            @RestForm String invite,
            @RestForm("keyFiles") List<FileUpload> keyFiles,
            @Context SecurityContext caller) {
        Typed typed =
                new Typed(or(name, "").strip(), plan, template, Uploads.texts(sshKeys, keyFiles), "yes".equals(invite));
        try {
            // Without a key nobody could log in; the API allows it, for keys that come later.
            if (typed.keys().isEmpty() && !typed.invites()) {
                TenantName.check(typed.name());
                PublicKeys.parse(List.of(""));
            }
            Wish.NewTenant wish = new Wish.NewTenant(
                    typed.name(),
                    plan,
                    or(template, "").isEmpty() ? null : template,
                    typed.keys().isEmpty() ? List.of() : List.of(typed.keys()),
                    true);
            // Not a redirect then: the link is shown this once.
            if (typed.invites())
                return Response.ok(batches.page(TenantPages.who(caller), wish)).build();
            OperationView operation = tenants.create(TenantPages.who(caller), wish);
            timelines.follow(operation.id());
            return Response.seeOther(URI.create("/operations/" + operation.id()))
                    .build();
        } catch (Refusal refusal) {
            return Response.status(422)
                    .entity(Pages.form(page(typed, false, false, refusal)))
                    .build();
        }
    }

    private OnboardingPage page(Typed typed, boolean fresh, boolean checking, Refusal refusal) {
        String nameFault = fault(refusal, "name");
        String keysFault = fault(refusal, "sshKeys");
        if (checking && !typed.name().isEmpty()) nameFault = faultOfName(typed.name());
        List<PublicKey> keys = List.of();
        if (!typed.keys().isBlank()) {
            try {
                keys = PublicKeys.parse(List.of(typed.keys()));
            } catch (Refusal wrong) {
                if (checking) keysFault = wrong.sentence();
            }
        }
        String usual = null;
        List<Reply.Template> built = List.of();
        String fault = refusal != null && refusal.field() == null ? refusal.sentence() : null;
        try {
            usual = templates.usual();
            built = templates.all();
        } catch (Refusal away) {
            // The frame says that the agent is away.
        }
        return new OnboardingPage(
                typed.name(),
                Uploads.echo(typed.keys()),
                typed.invites(),
                fresh,
                checking,
                fault,
                nameFault,
                fault(refusal, "plan"),
                fault(refusal, "template"),
                keysFault,
                PlanChoice.all(typed.plan(), room.now()),
                choices(usual, built, typed.template()),
                gets(typed, nameFault == null, or(typed.template(), usual)),
                keys.stream().map(OnboardingPages::line).toList());
    }

    private static String faultOfName(String name) {
        try {
            TenantName.check(name.strip());
            Tenants.refuseTaken(name.strip());
            return null;
        } catch (Refusal refusal) {
            return refusal.sentence();
        }
    }

    private static List<OnboardingPage.TemplateChoice> choices(
            String usual, List<Reply.Template> built, String chosen) {
        List<OnboardingPage.TemplateChoice> choices = new ArrayList<>();
        String choice = or(chosen, usual);
        boolean usualIsBuilt =
                built.stream().anyMatch(template -> template.suite().equals(usual));
        if (usual != null)
            choices.add(new OnboardingPage.TemplateChoice(
                    usual,
                    "Debian " + usual + (usualIsBuilt ? " – ready" : " – will be built first, about a minute"),
                    usual.equals(choice)));
        for (Reply.Template template : built)
            if (!template.suite().equals(usual))
                choices.add(new OnboardingPage.TemplateChoice(
                        template.suite(),
                        "Debian " + template.suite() + " – ready",
                        template.suite().equals(choice)));
        return choices;
    }

    private List<Fact> gets(Typed typed, boolean nameIsGood, String template) {
        List<Fact> gets = new ArrayList<>();
        boolean named = nameIsGood && !typed.name().isBlank();
        gets.add(Fact.code("Login", ssh.command(named ? typed.name().strip() : "NAME")));
        gets.add(Fact.text("System", "Debian" + (template == null ? "" : " " + template) + ", as its root"));
        Plan.named(or(typed.plan(), "")).ifPresent(plan -> {
            gets.add(Fact.text("CPU", Words.cores(plan.limits.of(Limit.CPU))));
            gets.add(Fact.text("Memory", Words.bytes(plan.limits.of(Limit.MEMORY))));
            gets.add(Fact.text("Processes", Words.count(plan.limits.of(Limit.PROCESSES)) + " at most"));
            gets.add(Fact.text("Disk", Words.bytes(plan.limits.of(Limit.DISK))));
        });
        gets.add(Fact.text("Ids", Words.count(Slot.IDS) + " that are nobody else’s"));
        gets.add(Fact.text("Network", "an address of its own; the internet, but neither neighbours nor the host"));
        gets.add(Fact.text("Walls", "eight namespaces of its own"));
        return gets;
    }

    /** The key, and where else it logs in. */
    private static String line(PublicKey key) {
        StringBuilder line =
                new StringBuilder(key.comment().isEmpty() ? key.type() : key.comment() + ", " + key.type());
        line.append(", ").append(key.fingerprint());
        if (!key.options().text().isEmpty())
            line.append(", with ").append(key.options().text());
        List<SshKey> elsewhere = SshKey.list("fingerprint", key.fingerprint());
        List<String> names = elsewhere.stream()
                .map(other -> Tenant.<Tenant>findByIdOptional(other.tenantId))
                .flatMap(Optional::stream)
                .map(other -> other.name)
                .sorted()
                .toList();
        if (!names.isEmpty())
            line.append(". This key also logs in to ")
                    .append(String.join(", ", names))
                    .append("; the name before @ decides whose shell opens.");
        return line.toString();
    }

    private static String fault(Refusal refusal, String field) {
        return refusal != null && field.equals(refusal.field()) ? refusal.sentence() : null;
    }

    private static String or(String given, String otherwise) {
        return given == null ? otherwise : given;
    }
}
