package org.cloister.manager.plan;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.plan.Plan.OnFailedAudit;
import org.cloister.manager.problem.Refusal;
import org.cloister.protocol.LimitException;
import org.cloister.protocol.Limits;
import org.cloister.protocol.TenantSpec.Profile;

/** Makes, changes and removes plans. */
@ApplicationScoped
public class Plans {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");
    private static final int LONGEST_SUMMARY = 200;

    @Inject
    EventLog events;

    @Inject
    EntityManager database;

    @Inject
    PlanFiles files;

    /**
     * A plan as programs see and write it; what is null or missing in a change stays as it is.
     *
     * @param profile what its tenants may ask of the kernel: strict where nothing is said, or nesting, which is weaker
     * @param recording whether sessions on a terminal are recorded, which their users are told; false where nothing is
     *     said
     * @param onFailedAudit what is done with a tenant that an audit found not isolated: report where nothing is said, or
     *     freeze
     * @param limits in JSON beside the name, each by its own
     */
    public record PlanView(
            String name,
            String summary,
            String profile,
            Boolean recording,
            String onFailedAudit,
            @JsonAnyGetter @JsonAnySetter Map<String, Long> limits) {

        public PlanView {
            if (limits == null) limits = Map.of();
        }

        public static PlanView of(Plan plan) {
            return new PlanView(
                    plan.name,
                    plan.summary,
                    word(plan.profile),
                    plan.recording,
                    plan.onFailedAudit.word(),
                    plan.limits.named());
        }
    }

    /** What files define holds: it is made and set back at each start. */
    void take(@Observes @Priority(10) StartupEvent start) {
        QuarkusTransaction.requiringNew().run(() -> {
            boolean first = Plan.count() == 0;
            for (PlanView filed : files.all().values()) {
                Plan plan = Plan.named(filed.name()).orElse(null);
                if (plan == null) {
                    store(filed);
                    if (!first) tell("plan.created", filed.name(), "was made");
                } else if (!PlanView.of(plan).equals(PlanView.of(fresh(filed)))) {
                    set(plan, fresh(filed));
                    tell("plan.changed", filed.name(), "was set");
                }
            }
        });
    }

    private void tell(String kind, String plan, String done) {
        events.record(
                "cloister", kind, null, "Plan " + plan + " " + done + " as tenants/plans/" + plan + ".json says.");
    }

    /** @throws Refusal there is no such plan */
    public Plan get(String name) {
        return Plan.named(name).orElseThrow(Plans::none);
    }

    public PlanView create(String actor, PlanView wish) {
        return QuarkusTransaction.joiningExisting().call(() -> {
            lock();
            if (wish.name() == null || !NAME.matcher(wish.name()).matches())
                throw Refusal.invalid("name", "A plan is named in a to z, 0 to 9 and -, first a letter, 31 at most.");
            if (Plan.named(wish.name()).isPresent())
                throw Refusal.conflict("name", "There is a plan " + wish.name() + " already.");
            Plan plan = store(wish);
            events.record(actor, "plan.created", null, "Plan " + plan.name + " was made.");
            return PlanView.of(plan);
        });
    }

    /** Tenants that have the plan keep the limits they were given; give them the plan again to move them. */
    public PlanView change(String actor, String name, PlanView wish) {
        return QuarkusTransaction.joiningExisting().call(() -> {
            lock();
            Plan plan = get(name);
            set(plan, preview(name, wish));
            events.record(actor, "plan.changed", null, "Plan " + name + " was changed.");
            return PlanView.of(plan);
        });
    }

    /** The plan as a change would leave it; nothing is stored. */
    Plan preview(String name, PlanView wish) {
        files.refuse(name);
        if (wish.name() != null && !wish.name().equals(name))
            throw Refusal.invalid("name", "A plan keeps its name. Make a new one and remove this.");
        Plan now = get(name);
        Plan changed = new Plan();
        changed.name = name;
        changed.summary = wish.summary() == null ? now.summary : summary(wish);
        changed.profile = wish.profile() == null ? now.profile : profile(wish);
        changed.recording = wish.recording() == null ? now.recording : wish.recording();
        changed.onFailedAudit = wish.onFailedAudit() == null ? now.onFailedAudit : onFailedAudit(wish);
        changed.limits = limits("", () -> now.limits.with(wish.limits()));
        return changed;
    }

    private static void set(Plan plan, Plan other) {
        plan.summary = other.summary;
        plan.profile = other.profile;
        plan.recording = other.recording;
        plan.onFailedAudit = other.onFailedAudit;
        plan.limits = other.limits;
    }

    public void remove(String actor, String name) {
        QuarkusTransaction.joiningExisting().run(() -> {
            lock();
            Plan plan = get(name);
            files.refuse(name);
            long tenants = (Long) database.createQuery("select count(t) from Tenant t where t.plan = :plan")
                    .setParameter("plan", name)
                    .getSingleResult();
            if (tenants > 0)
                throw Refusal.conflict(
                        null,
                        tenants == 1
                                ? "One tenant has the plan " + name + ". Give it another plan first."
                                : tenants + " tenants have the plan " + name + ". Give them another plan first.");
            plan.delete();
            events.record(actor, "plan.removed", null, "Plan " + name + " was removed.");
        });
    }

    /** Limits, or the refusal that names the field at fault. @param at what stands before its name in the request */
    public static Limits limits(String at, Supplier<Limits> limits) {
        try {
            return limits.get();
        } catch (LimitException e) {
            throw Refusal.invalid(at + e.key(), e.getMessage());
        }
    }

    private static Plan store(PlanView wish) {
        Plan plan = fresh(wish);
        plan.persist();
        return plan;
    }

    private static Plan fresh(PlanView wish) {
        Plan plan = new Plan();
        plan.name = wish.name();
        plan.summary = wish.summary() == null ? "" : summary(wish);
        plan.profile = wish.profile() == null ? Profile.STRICT : profile(wish);
        plan.recording = Boolean.TRUE.equals(wish.recording());
        plan.onFailedAudit = wish.onFailedAudit() == null ? OnFailedAudit.REPORT : onFailedAudit(wish);
        plan.limits = limits("", () -> Limits.of(wish.limits()));
        plan.createdAt = Instant.now();
        return plan;
    }

    private static String summary(PlanView wish) {
        if (wish.summary().length() > LONGEST_SUMMARY || wish.summary().indexOf('\0') >= 0)
            throw Refusal.invalid(
                    "summary", "The summary is too long: " + LONGEST_SUMMARY + " characters are allowed.");
        return wish.summary();
    }

    private static Profile profile(PlanView wish) {
        return Arrays.stream(Profile.values())
                .filter(profile -> word(profile).equals(wish.profile()))
                .findFirst()
                .orElseThrow(() -> Refusal.invalid(
                        "profile",
                        "There is no such profile. A plan is strict, or it allows nesting, which is weaker."));
    }

    private static OnFailedAudit onFailedAudit(PlanView wish) {
        return Arrays.stream(OnFailedAudit.values())
                .filter(answer -> answer.word().equals(wish.onFailedAudit()))
                .findFirst()
                .orElseThrow(() -> Refusal.invalid(
                        "onFailedAudit",
                        "There is no such answer to a failed audit. A plan says report, or freeze, which stops every"
                                + " process of a tenant that is not isolated."));
    }

    /** The profile's name in the API. */
    public static String word(Profile profile) {
        return profile.name().toLowerCase(Locale.ROOT);
    }

    /** Plans change rarely: one change at a time spares every race. Held until the transaction ends. */
    private void lock() {
        database.createNativeQuery("lock table plan in share row exclusive mode")
                .executeUpdate();
    }

    private static Refusal none() {
        return Refusal.unknown("There is no plan of that name.");
    }
}
