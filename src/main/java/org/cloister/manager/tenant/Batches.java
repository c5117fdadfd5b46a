package org.cloister.manager.tenant;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.cloister.manager.account.Accounts;
import org.cloister.manager.account.SignIn;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.problem.Refusal;

/** Makes several tenants at once, or none of them. */
@ApplicationScoped
public class Batches {

    private static final int SENTENCES = 20;

    @Inject
    Tenants tenants;

    @Inject
    Accounts accounts;

    @Inject
    SignIn signIn;

    /** A line and what is wrong with it. @param faults nothing where it is right */
    record Checked(Batch.Line line, List<Refusal> faults) {

        public String said() {
            return faults.stream().map(Refusal::sentence).collect(Collectors.joining(" "));
        }
    }

    /** @param operation that makes it @param invitation for its owner; null where keys are given or nobody is invited */
    public record Made(String name, UUID operation, String invitation, Instant expiresAt) {}

    /** Looks at every line; nothing is made. */
    List<Checked> check(Batch batch) {
        Map<String, Set<Integer>> repeated = batch.repeated();
        List<Checked> checked = new ArrayList<>();
        for (Batch.Line line : batch.lines()) {
            List<Refusal> faults = new ArrayList<>(tenants.faults(line.wish()));
            Set<Integer> places = repeated.get(line.name());
            if (places != null)
                faults.add(Refusal.invalid(
                        "name",
                        "The name stands in the lines "
                                + places.stream().map(String::valueOf).collect(Collectors.joining(", ")) + "."));
            if (line.invites())
                try {
                    accounts.check(line.name());
                } catch (Refusal refusal) {
                    if (faults.isEmpty()) faults.add(refusal);
                }
            checked.add(new Checked(line, faults));
        }
        return checked;
    }

    /** One sentence for all of a batch that cannot be made; null where it can. */
    static Refusal refusal(List<Checked> checked) {
        List<Checked> wrong =
                checked.stream().filter(one -> !one.faults().isEmpty()).toList();
        if (wrong.isEmpty()) return null;
        return Refusal.invalid(
                "csv",
                "Nothing was made. "
                        + wrong.stream()
                                .limit(SENTENCES)
                                .map(one -> "Line " + one.line().number() + ": " + one.said())
                                .collect(Collectors.joining(" "))
                        + (wrong.size() > SENTENCES ? " And " + (wrong.size() - SENTENCES) + " more." : ""));
    }

    /**
     * @param origin of the manager, for the links of the invited
     * @throws Refusal a line is wrong, or there is no room for all; nothing was made then
     */
    List<Made> make(String actor, Batch batch, String origin) {
        Refusal refusal = refusal(check(batch));
        if (refusal != null) throw refusal;
        List<Made> made = new ArrayList<>();
        tenants.createAll(actor, batch.lines().stream().map(Batch.Line::wish).toList(), operations -> {
            for (int i = 0; i < operations.size(); i++)
                made.add(made(actor, operations.get(i), batch.lines().get(i).invites(), origin));
        });
        return made;
    }

    /** One tenant whose owner gets a link, be there keys or not. @throws Refusal it is wrong; nothing was made then */
    Made makeInvited(String actor, Wish.NewTenant wish, String origin) {
        List<Made> made = new ArrayList<>();
        tenants.createAll(
                actor, List.of(wish), operations -> made.add(made(actor, operations.getFirst(), true, origin)));
        return made.getFirst();
    }

    private Made made(String actor, Operation operation, boolean invited, String origin) {
        SignIn.Link link = invited ? invite(actor, operation.tenant, origin) : null;
        return new Made(
                operation.tenant,
                operation.id,
                link == null ? null : link.url().toString(),
                link == null ? null : link.expiresAt());
    }

    /** An account of the tenant's name, and the link by which its owner signs in first. */
    private SignIn.Link invite(String actor, String tenant, String origin) {
        return QuarkusTransaction.joiningExisting()
                .call(() -> signIn.issue(
                        actor, accounts.create(actor, tenant, "tenant", tenant), SignIn.INVITATION_LASTS, origin));
    }
}
