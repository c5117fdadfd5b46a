package org.cloister.manager.tenant;

import static org.cloister.manager.page.Words.plural;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.cloister.manager.event.Event;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Frame;
import org.cloister.manager.page.Sign;
import org.cloister.manager.page.Soon;
import org.cloister.manager.page.SshDoor;
import org.cloister.manager.page.Words;
import org.cloister.manager.plan.PlanRoom;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Who;
import org.cloister.manager.session.SessionView;
import org.cloister.manager.session.SessionViews;
import org.cloister.manager.snapshot.Snapshots;
import org.cloister.protocol.AgentClient;
import org.cloister.protocol.AgentException;
import org.cloister.protocol.Inspection;
import org.cloister.protocol.Reply;
import org.cloister.protocol.Request;
import org.cloister.protocol.Slot;
import org.cloister.protocol.TenantSpec;

/** Gathers what the pages of tenants show, from the database and from what the agent sees now. */
@ApplicationScoped
class TenantViews {

    private static final int EVENTS = 8;

    /** For what is quick unless the agent hangs, which the frame says. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Of what a tenant uses; a page that is open asks every two seconds. */
    private static final long FRESH_NANOS = 1_000_000_000L;

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
    Looks looks;

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

    /** What of a page stays until it is loaded again. */
    private record Still(
            List<TenantPage.Key> keys, List<Reply.Snapshot> snapshots, List<PlanChoice> plans, List<Event> events) {

        static final Still NOTHING = new Still(List.of(), List.of(), List.of(), List.of());
    }

    /** @param patience for what moves; what the agent has not told then is late, and use is as it was seen last */
    TenantPage one(Tenant tenant, TenantPage.Said said, Duration patience) {
        return one(tenant, said, patience, true);
    }

    /** What moves of a page, without the rest. */
    TenantPage moving(Tenant tenant, Duration patience) {
        return one(tenant, TenantPage.Said.NOTHING, patience, false);
    }

    private Still still(Tenant tenant) {
        Soon soon = new Soon(PATIENCE);
        Future<List<Reply.Snapshot>> taken = soon.ask(() -> snapshots(tenant));
        return new Still(
                keys(tenant),
                soon.answer(taken).orElse(List.of()),
                PlanChoice.all(tenant.plan, room.now()),
                Event.latest(tenant.name, tenant.createdAt, EVENTS));
    }

    private TenantPage one(Tenant tenant, TenantPage.Said said, Duration patience, boolean whole) {
        boolean stands = tenant.state == Tenant.State.RUNNING || tenant.state == Tenant.State.FROZEN;
        Soon soon = new Soon(patience);
        Future<Inspection> inspected = soon.ask(() -> stands ? inspection(tenant.id) : null);
        Future<Walls.Others> compared = soon.ask(() -> stands ? walls.others() : null);
        Future<Boolean> measured = soon.ask(() -> {
            if (stands) looks.refresh(tenant.id, FRESH_NANOS);
            return stands;
        });
        Still still = whole ? still(tenant) : Still.NOTHING;
        List<SessionView> open = sessions.of(tenant.id);
        Inspection inspection = soon.answer(inspected).orElse(null);
        List<TenantPage.Wall> eight =
                walls.of(tenant, stands, inspection, soon.answer(compared).orElse(null));
        soon.answer(measured);
        List<TenantPage.Running> processes = inspection == null ? List.of() : processes(inspection);
        return new TenantPage(
                tenant.name,
                sign(tenant.state),
                moves(tenant),
                ssh.command(tenant.name),
                tenant.failure,
                inspection != null,
                soon.late(),
                eight,
                Walls.sentence(eight, stands),
                processes.isEmpty()
                        ? tenant.state.word()
                        : plural(processes.size(), "process").replace("processs", "processes"),
                tenant.plan,
                tenant.profile == TenantSpec.Profile.NESTING,
                tenant.recording,
                tenant.adminTerminals,
                tenant.mayHaveTerminal(who.caller()),
                meters.all(tenant.id, tenant.limits, stands ? looks.last(tenant.id) : null),
                frame.host().map(Reply.Host::missing).orElse(List.of()),
                facts(tenant, inspection),
                tenant.createdAt,
                inspection == null ? null : inspection.launchedAt(),
                open,
                processes,
                inspection != null
                        ? "The same ones, seen from inside and from the host." + cutShort(inspection)
                        : stands ? "Being read from the kernel." : "None: " + tenant.name + " does not run.",
                inspection == null ? List.of() : mounts(inspection),
                still.keys(),
                still.snapshots(),
                still.plans(),
                still.events(),
                said);
    }

    private static String cutShort(Inspection inspection) {
        int shown = inspection.processes().size();
        return inspection.count() - shown < 10 // a few end between the count and the look
                ? ""
                : " " + shown + " of " + inspection.count() + " could be read in time.";
    }

    private static List<Fact> facts(Tenant tenant, Inspection inspection) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.text("System", "Debian " + tenant.template));
        if (inspection == null)
            facts.add(Fact.code("Ids on the host", tenant.firstUid() + "–" + (tenant.firstUid() + Slot.IDS - 1)));
        else {
            facts.add(Fact.code("Users inside, on the host", IdMap.words(inspection.uidMap())));
            facts.add(Fact.code("Groups inside, on the host", IdMap.words(inspection.gidMap())));
        }
        facts.add(Fact.code("IPv4", tenant.address4));
        facts.add(Fact.code("IPv6", tenant.address6));
        Slot slot = new Slot(tenant.slot);
        facts.add(Fact.code("Link, cgroup, quota", slot.link() + ", " + slot.cgroup() + ", " + slot.qgroup()));
        if (inspection != null) facts.add(Fact.code("Pid 1 on the host", Integer.toString(inspection.initPid())));
        if (inspection != null && inspection.launchMicros() > 0)
            facts.add(Fact.text(
                    "Launched in",
                    inspection.launchMicros() < 10_000
                            ? String.format(Locale.ROOT, "%.1f ms", inspection.launchMicros() / 1000.0)
                            : inspection.launchMicros() / 1000 + " ms"));
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

    private static List<TenantPage.Mounted> mounts(Inspection inspection) {
        return inspection.mounts().stream()
                .map(mount -> new TenantPage.Mounted(
                        mount.at(),
                        mount.type(),
                        mount.root(),
                        mount.attributes().replace(",", ", "),
                        mount.options()))
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

    private Inspection inspection(UUID tenant) throws AgentException {
        return agent.ask(new Request.Inspect(tenant)).inspection();
    }
}
