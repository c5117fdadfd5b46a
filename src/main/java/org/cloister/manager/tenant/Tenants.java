package org.cloister.manager.tenant;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.key.PublicKey;
import org.cloister.manager.key.PublicKeys;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.operation.OperationView;
import org.cloister.manager.operation.Operations;
import org.cloister.manager.plan.Plan;
import org.cloister.manager.plan.Plans;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.template.Templates;
import org.cloister.protocol.Limits;
import org.cloister.protocol.TenantSpec;
import org.cloister.protocol.TenantSpec.Desired;

/**
 * Takes every wish that concerns a tenant: checks it, stores what should be from now on, and has {@link Reconciliation}
 * make it so. Each method stores all or nothing and returns before the agent has done its part.
 */
@ApplicationScoped
public class Tenants {

    @Inject
    EntityManager database;

    @Inject
    Slots slots;

    @Inject
    Templates templates;

    @Inject
    Operations operations;

    @Inject
    Reconciliation reconciliation;

    @Inject
    EventLog events;

    @Inject
    Event<AccessEnded> accessEnded;

    @Inject
    Event<AccessChanged> accessChanged;

    /** @throws Refusal there is no tenant of that name */
    public Tenant get(String name) {
        return Tenant.named(name).orElseThrow(Tenants::none);
    }

    public OperationView create(String actor, Wish.NewTenant wish) {
        return OperationView.of(
                createAll(actor, List.of(wish), operations -> {}).getFirst());
    }

    /**
     * Makes all of them or none.
     *
     * @param within what is to be stored together with them, in the same transaction; it gets their operations in their order
     * @throws Refusal one of them is wrong, or there is no room for all
     */
    List<Operation> createAll(String actor, List<Wish.NewTenant> wishes, Consumer<List<Operation>> within) {
        for (Wish.NewTenant wish : wishes) faults(wish).stream().findFirst().ifPresent(Tenants::refuse);
        List<Operation> operations = QuarkusTransaction.requiringNew().call(() -> {
            slots.lock();
            List<Operation> opened =
                    wishes.stream().map(wish -> store(actor, wish)).toList();
            accessChanged.fire(new AccessChanged());
            within.accept(opened);
            return opened;
        });
        operations.forEach(reconciliation::enqueue);
        return operations;
    }

    private Operation store(String actor, Wish.NewTenant wish) {
        String name = wish.name();
        refuseTaken(name);
        Plan plan = requirePlan(wish.plan());
        Tenant tenant = new Tenant();
        tenant.id = UUID.randomUUID();
        tenant.name = name;
        tenant.plan = plan.name;
        tenant.template = templates.choose(wish.template());
        tenant.desired = Boolean.FALSE.equals(wish.start()) ? Desired.STOPPED : Desired.RUNNING;
        tenant.state = Tenant.State.CREATING;
        tenant.createdAt = Instant.now();
        tenant.limits = plan.limits;
        tenant.profile = plan.profile;
        tenant.recording = plan.recording;
        tenant.onFailedAudit = plan.onFailedAudit;
        tenant.place(slots.free());
        tenant.persist();
        store(tenant, keys(wish));
        events.record(actor, "tenant.created", name, name + " was onboarded with the plan " + plan.name + ".");
        return operations.open("tenant.create", tenant.id, name, null, "Waiting for the agent.");
    }

    /** Everything that is wrong with a tenant to be, in the order of its fields; nothing is stored. */
    List<Refusal> faults(Wish.NewTenant wish) {
        List<Refusal> faults = new ArrayList<>();
        note(faults, () -> TenantName.check(wish.name()));
        note(faults, () -> {
            if (wish.plan() == null || wish.plan().isBlank())
                throw Refusal.invalid("plan", "Choose a plan: " + planNames() + ".");
        });
        note(faults, () -> keys(wish));
        if (wish.plan() != null && !wish.plan().isBlank()) note(faults, () -> requirePlan(wish.plan()));
        if (faults.stream().noneMatch(fault -> "name".equals(fault.field())))
            note(faults, () -> refuseTaken(wish.name()));
        note(faults, () -> templates.choose(wish.template()));
        return faults;
    }

    private static void note(List<Refusal> faults, Runnable check) {
        try {
            check.run();
        } catch (Refusal refusal) {
            faults.add(refusal);
        }
    }

    private static void refuse(Refusal refusal) {
        throw refusal;
    }

    private static List<PublicKey> keys(Wish.NewTenant wish) {
        return wish.sshKeys() == null ? List.of() : PublicKeys.parse(wish.sshKeys());
    }

    public OperationView act(String actor, String name, Action action) {
        return move(
                name,
                "tenant." + action.word(),
                tenant -> {
                    action.move(tenant);
                    events.record(actor, "tenant." + action.done(), name, name + " was " + action.done() + ".");
                },
                action == Action.STOP);
    }

    /**
     * Freezes a tenant for a reason that stands in the event; one that is frozen, or is to be, already stays so unsaid.
     *
     * @param link to the page that tells the reason in full
     * @throws Refusal the tenant's state forbids it, or there is none of that name
     */
    public void freeze(String actor, String name, String why, String link) {
        Optional<Operation> operation = QuarkusTransaction.requiringNew().call(() -> {
            Tenant tenant = locked(name);
            if (tenant.state == Tenant.State.DELETING) throw Action.illegal(tenant, "is being deleted");
            if (tenant.desired == Desired.FROZEN) return Optional.empty();
            Action.FREEZE.move(tenant);
            events.record(actor, "tenant.frozen", name, why, link);
            return Optional.of(operations.open("tenant.freeze", tenant.id, name, null, "Waiting for the agent."));
        });
        operation.ifPresent(reconciliation::enqueue);
    }

    public OperationView change(String actor, String name, Wish.Change wish) {
        return move(
                name,
                "tenant.change",
                tenant -> {
                    String planBefore = tenant.plan;
                    Limits limits = tenant.limits;
                    if (wish.plan() != null) {
                        Plan plan = requirePlan(wish.plan());
                        tenant.plan = plan.name;
                        limits = plan.limits;
                        take(actor, tenant, plan.profile);
                        record(actor, tenant, plan.recording);
                        tenant.onFailedAudit = plan.onFailedAudit;
                    }
                    if (wish.limits() != null) {
                        Limits before = limits;
                        limits = Plans.limits("limits.", () -> before.with(wish.limits()));
                    }
                    events.record(
                            actor,
                            "tenant.changed",
                            name,
                            PlanChange.sentence(name, planBefore, tenant.plan, tenant.limits, limits));
                    tenant.limits = limits;
                },
                false);
    }

    /** A profile is built into a sandbox when it is launched, so what runs is restarted, as by {@link Action#RESTART}. */
    private void take(String actor, Tenant tenant, TenantSpec.Profile profile) {
        if (tenant.profile == profile) return;
        if (tenant.desired != Desired.STOPPED) Action.RESTART.move(tenant);
        tenant.profile = profile;
        events.record(
                actor,
                "tenant.profile",
                tenant.name,
                tenant.name + " has the profile " + Plans.word(profile) + " now"
                        + (tenant.desired == Desired.STOPPED ? "." : ", and is restarted for it."));
    }

    /** From the next session on. */
    private void record(String actor, Tenant tenant, boolean recording) {
        if (tenant.recording == recording) return;
        tenant.recording = recording;
        events.record(
                actor,
                "tenant.recording",
                tenant.name,
                "Sessions of " + tenant.name + " on a terminal are " + (recording ? "" : "no longer ")
                        + "recorded from now on.");
    }

    /** The tenant stays in the list as deleting until the agent has scrubbed it; then its row and slot are free. */
    public OperationView delete(String actor, String name) {
        Operation operation = QuarkusTransaction.requiringNew().call(() -> {
            Tenant tenant = locked(name);
            tenant.desired = Desired.STOPPED;
            tenant.state = Tenant.State.DELETING;
            tenant.failure = null;
            events.record(actor, "tenant.deleting", name, name + " is being deleted.");
            return operations.open("tenant.delete", tenant.id, name, null, "Waiting for the agent.");
        });
        accessEnded.fire(new AccessEnded(operation.tenantId, null));
        reconciliation.enqueue(operation);
        return OperationView.of(operation);
    }

    /** @return the keys that were added; those that the tenant had already are left out */
    public List<SshKey> addKeys(String actor, String name, List<String> pastes) {
        List<PublicKey> keys = PublicKeys.parse(pastes);
        return QuarkusTransaction.requiringNew().call(() -> {
            Tenant tenant = locked(name);
            List<SshKey> added = store(tenant, keys);
            accessChanged.fire(new AccessChanged());
            for (SshKey key : added) events.record(actor, "key.added", name, added(name, key));
            return added;
        });
    }

    private static String added(String name, SshKey key) {
        String options = key.options.isEmpty() ? "" : ", with " + key.options;
        return key.readOptions().authority()
                ? "Certificates of the key " + key.fingerprint + " log in to " + name + " now" + options + "."
                : "The key " + key.fingerprint + " logs in to " + name + " now" + options + ".";
    }

    public void removeKey(String actor, String name, String fingerprint) {
        UUID tenantId = QuarkusTransaction.requiringNew().call(() -> {
            Tenant tenant = locked(name);
            if (SshKey.delete("tenantId = ?1 and fingerprint = ?2", tenant.id, fingerprint) == 0)
                throw Refusal.unknown(name + " has no key of that fingerprint.");
            accessChanged.fire(new AccessChanged());
            events.record(actor, "key.removed", name, "The key " + fingerprint + " no longer logs in to " + name + ".");
            return tenant.id;
        });
        accessEnded.fire(new AccessEnded(tenantId, fingerprint));
    }

    /** Whether admins may open terminals in it from now on. Not for an admin to say: the table of rights sees to it. */
    public void letAdmins(String actor, String name, boolean allowed) {
        QuarkusTransaction.requiringNew().run(() -> {
            Tenant tenant = locked(name);
            if (tenant.adminTerminals == allowed) return;
            tenant.adminTerminals = allowed;
            accessChanged.fire(new AccessChanged());
            events.record(
                    actor,
                    allowed ? "terminal.allowed" : "terminal.forbidden",
                    name,
                    allowed
                            ? "Admins may open terminals in " + name + " from now on."
                            : "Admins may no longer open terminals in " + name + ".");
        });
    }

    /** One sentence for each key that also logs in to another tenant, for whoever added it to know. */
    public List<String> shared(Tenant tenant) {
        List<Object[]> others = database.createQuery(
                        "select mine.fingerprint, other.name from SshKey mine, SshKey theirs, Tenant other"
                                + " where mine.tenantId = :id and theirs.fingerprint = mine.fingerprint"
                                + " and theirs.tenantId = other.id and other.id <> :id order by other.name",
                        Object[].class)
                .setParameter("id", tenant.id)
                .getResultList();
        List<String> sentences = new ArrayList<>();
        for (Object[] other : others)
            sentences.add("This key also logs in to " + other[1] + "; the name before @ decides whose shell opens ("
                    + other[0] + ").");
        return sentences;
    }

    private OperationView move(String name, String kind, Consumer<Tenant> change, boolean endsSessions) {
        Operation operation = QuarkusTransaction.requiringNew().call(() -> {
            Tenant tenant = locked(name);
            if (tenant.state == Tenant.State.DELETING) throw Action.illegal(tenant, "is being deleted");
            change.accept(tenant);
            return operations.open(kind, tenant.id, name, null, "Waiting for the agent.");
        });
        if (endsSessions) accessEnded.fire(new AccessEnded(operation.tenantId, null));
        reconciliation.enqueue(operation);
        return OperationView.of(operation);
    }

    private static List<SshKey> store(Tenant tenant, List<PublicKey> keys) {
        Map<String, String> present =
                SshKey.of(tenant).stream().collect(Collectors.toMap(key -> key.fingerprint, key -> key.options));
        List<SshKey> added = new ArrayList<>();
        for (PublicKey key : keys) {
            String options = present.get(key.fingerprint());
            if (options != null && !options.equals(key.options().text()))
                throw Refusal.conflict(
                        "sshKeys",
                        "The key " + key.fingerprint() + " is there already, with other options before it. Remove it,"
                                + " which ends its sessions, and add it again.");
            if (options != null) continue;
            SshKey row = new SshKey();
            row.take(key, key.options());
            row.tenantId = tenant.id;
            row.persist();
            added.add(row);
        }
        return added;
    }

    /** The row, held until the transaction ends: wishes for one tenant are stored one after the other. */
    private Tenant locked(String name) {
        return Tenant.<Tenant>find("name", name)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .firstResultOptional()
                .orElseThrow(Tenants::none);
    }

    /** @throws Refusal there is a tenant of that name */
    static void refuseTaken(String name) {
        boolean taken = QuarkusTransaction.joiningExisting().call(() -> Tenant.count("name", name) > 0);
        if (taken) throw Refusal.conflict("name", "There is a tenant " + name + " already.");
    }

    private static Plan requirePlan(String name) {
        return QuarkusTransaction.joiningExisting()
                .call(() -> Plan.named(name)
                        .orElseThrow(() ->
                                Refusal.invalid("plan", "There is no such plan. There are " + planNames() + ".")));
    }

    private static String planNames() {
        return QuarkusTransaction.joiningExisting()
                .call(() -> String.join(
                        ", ", Plan.all().stream().map(plan -> plan.name).toList()));
    }

    private static Refusal none() {
        return Refusal.unknown("There is no tenant of that name.");
    }
}
