package org.cloister.manager.tenant;

import static org.cloister.manager.page.Words.plural;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.cloister.manager.event.Event;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Frame;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.SshDoor;
import org.cloister.manager.page.Words;
import org.cloister.manager.plan.PlanRoom;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.cloister.manager.session.SessionViews;
import org.cloister.manager.snapshot.Snapshots;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.TenantState;

/** Gathers what the pages of tenants show, from the database and from what the agent sees now. */
@ApplicationScoped
class TenantViews {

    private static final int EVENTS = 8;

    @Inject
    AgentClient agent;

    @Inject
    Frame frame;

    @Inject
    Who who;

    @Inject
    SshDoor ssh;

    @Inject
    Meters meters;

    @Inject
    Observations observations;

    @Inject
    Walls walls;

    @Inject
    Tenants tenants;

    @Inject
    PlanRoom room;

    @Inject
    Snapshots snapshots;

    @Inject
    SessionViews sessions;

    TenantPage one(Tenant tenant, TenantPage.Said said) {
        boolean standing = tenant.state == Tenant.State.RUNNING || tenant.state == Tenant.State.FROZEN;
        Inspection inspection = standing ? inspection(tenant) : null;
        Optional<TenantState> seen = standing ? seen(tenant) : Optional.empty();
        List<TenantPage.Wall> eight = walls.of(tenant, inspection);
        List<TenantPage.Running> processes = inspection == null ? List.of() : processes(inspection);
        return new TenantPage(
                tenant.name,
                sign(tenant.state),
                moves(tenant),
                ssh.command(tenant.name),
                tenant.failure,
                inspection != null,
                eight,
                Walls.sentence(eight),
                processes.isEmpty()
                        ? tenant.state.word()
                        : plural(processes.size(), "process").replace("processs", "processes"),
                tenant.plan,
                tenant.profile == TenantSpec.Profile.NESTING,
                tenant.recording,
                tenant.adminTerminals,
                tenant.mayHaveTerminal(who.caller()),
                meters.all(tenant.id, tenant.limits, measure(tenant)),
                frame.host().map(Reply.Host::missing).orElse(List.of()),
                facts(tenant, inspection, seen),
                tenant.createdAt,
                seen.map(TenantState::startedAt).orElse(null),
                sessions.of(tenant.id),
                processes,
                processes.isEmpty()
                        ? "None: " + tenant.name + " does not run."
                        : "The same ones, seen from inside and from the host." + cutShort(inspection),
                keys(tenant),
                snapshots(tenant),
                PlanChoice.all(tenant.plan, room.now()),
                Event.latest(tenant.name, tenant.createdAt, EVENTS),
                said);
    }

    private static String cutShort(Inspection inspection) {
        int shown = inspection.processes().size();
        return inspection.count() - shown < 10 // a few end between the count and the look
                ? ""
                : " " + shown + " of " + inspection.count() + " could be read in time.";
    }

    private static List<Fact> facts(Tenant tenant, Inspection inspection, Optional<TenantState> seen) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.text("System", "Debian " + tenant.template));
        facts.add(Fact.code("Ids on the host", tenant.firstUid() + "–" + (tenant.firstUid() + Slot.IDS - 1)));
        facts.add(Fact.code("IPv4", tenant.address4));
        facts.add(Fact.code("IPv6", tenant.address6));
        Slot slot = new Slot(tenant.slot);
        facts.add(Fact.code("Link, cgroup, quota", slot.link() + ", " + slot.cgroup() + ", " + slot.qgroup()));
        if (inspection != null) facts.add(Fact.code("Pid 1 on the host", Integer.toString(inspection.initPid())));
        seen.filter(state -> state.launchMicros() > 0)
                .ifPresent(state -> facts.add(Fact.text(
                        "Launched in",
                        state.launchMicros() < 10_000
                                ? String.format(Locale.ROOT, "%.1f ms", state.launchMicros() / 1000.0)
                                : state.launchMicros() / 1000 + " ms")));
        return facts;
    }

    private static List<TenantPage.Running> processes(Inspection inspection) {
        return inspection.processes().stream()
                .map(process -> new TenantPage.Running(
                        process.command(),
                        process.pidInside(),
                        process.pid(),
                        process.uidInside(),
                        process.uid(),
                        Words.bytes(process.memoryBytes())))
                .toList();
    }

    private List<TenantPage.Key> keys(Tenant tenant) {
        Map<String, String> also = new HashMap<>();
        for (SshKey key : SshKey.of(tenant)) also.put(key.fingerprint, "");
        for (String sentence : tenants.shared(tenant))
            also.replaceAll(
                    (fingerprint, said) -> sentence.contains(fingerprint) ? without(sentence, fingerprint) : said);
        return SshKey.of(tenant).stream()
                .map(key -> key(key, also.getOrDefault(key.fingerprint, "")))
                .toList();
    }

    private static TenantPage.Key key(SshKey key, String also) {
        Instant end = key.readOptions().expiresAt();
        String expiry = end == null ? "" : end.isAfter(Instant.now()) ? "Until" : "Expired";
        return new TenantPage.Key(
                key.comment, key.type, key.fingerprint, key.createdAt, key.options, expiry, end, also);
    }

    private List<Reply.Snapshot> snapshots(Tenant tenant) {
        try {
            return snapshots.of(tenant).reversed();
        } catch (Refusal refusal) { // the frame says when the agent is away
            return List.of();
        }
    }

    /** The fingerprint stands beside the sentence already. */
    private static String without(String sentence, String fingerprint) {
        return sentence.replace(" (" + fingerprint + ")", "");
    }

    private static List<TenantPage.Move> moves(Tenant tenant) {
        return switch (tenant.state) {
            case RUNNING ->
                List.of(
                        new TenantPage.Move("restart", "Restart", "Ends every process and session, and starts anew."),
                        new TenantPage.Move("freeze", "Freeze", "Every process holds still until it is thawed."),
                        new TenantPage.Move("stop", "Stop", "Ends every process and session; the disk stays."));
            case FROZEN ->
                List.of(
                        new TenantPage.Move("thaw", "Thaw", "Every process goes on where it was."),
                        new TenantPage.Move("stop", "Stop", "Ends every process and session; the disk stays."));
            case STOPPED -> List.of(new TenantPage.Move("start", "Start", "Builds the walls and starts it."));
            case FAILED ->
                List.of(
                        new TenantPage.Move("start", "Try again", "Does what did not succeed once more."),
                        new TenantPage.Move("stop", "Stop", "Gives up; the disk stays."));
            default -> List.of();
        };
    }

    static Sign sign(Tenant.State state) {
        return switch (state) {
            case RUNNING -> Sign.fine("running");
            case STOPPED -> Sign.stopped("stopped");
            case FROZEN -> Sign.frozen("frozen");
            case FAILED -> Sign.danger("failed");
            default -> Sign.changing(state.word());
        };
    }

    private Measured measure(Tenant tenant) {
        try {
            return tenant.state == Tenant.State.RUNNING || tenant.state == Tenant.State.FROZEN
                    ? observations.measure(tenant.id)
                    : null;
        } catch (AgentException e) {
            // The frame says when the agent is away; a tenant that just ended has nothing to measure.
            return null;
        }
    }

    private Inspection inspection(Tenant tenant) {
        try {
            return agent.ask(new Request.Inspect(tenant.id)).inspection();
        } catch (AgentException e) {
            return null;
        }
    }

    private Optional<TenantState> seen(Tenant tenant) {
        try {
            return agent.ask(new Request.States()).states().stream()
                    .filter(state -> state.id().equals(tenant.id))
                    .findFirst();
        } catch (AgentException e) {
            return Optional.empty();
        }
    }
}
