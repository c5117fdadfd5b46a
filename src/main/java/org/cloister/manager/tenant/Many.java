package org.cloister.manager.tenant;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.cloister.manager.page.Words;
import org.cloister.manager.problem.Refusal;

/** Does to many tenants what is done to one, one after the other: what is refused for one is done for the others. */
@ApplicationScoped
class Many {

    @Inject
    Tenants tenants;

    @Inject
    Roster roster;

    /** @param fault why nobody can be chosen so; else null */
    record Choice(List<String> names, String fault) {}

    /**
     * @param done how many it was done to
     * @param verb as it was asked for
     * @param refusals a sentence each
     */
    record Outcome(int done, String verb, List<String> refusals) {

        public String head() {
            return done == 0 ? "Nothing was done." : Words.plural(done, "tenant") + " done, the others not.";
        }
    }

    /** A deletion before it is confirmed. @param fault what is wrong with what was typed; else null */
    record Deletion(List<String> names, String address, String fault) {

        static Deletion of(List<String> names, TenantQuery query, String fault) {
            return new Deletion(names, query.address(), fault);
        }

        public String words() {
            return Words.plural(names.size(), "tenant");
        }

        /** How many, or all names: whoever types either has seen them. @return null where it is right */
        static String fault(String sure, List<String> names) {
            String typed = sure.strip();
            boolean said = typed.equals(Integer.toString(names.size()))
                    || Set.of(names.toArray()).equals(new TreeSet<>(Arrays.asList(typed.split("[\\s,]+"))));
            return said
                    ? null
                    : "Nothing was deleted: type " + names.size() + ", or the " + (names.size() == 1 ? "name" : "names")
                            + ", to say that you mean it.";
        }
    }

    /**
     * @param ticked may be null
     * @param matching how many matched when the page was drawn, where all that match are meant; else null or empty
     */
    Choice choose(List<String> ticked, String matching, TenantQuery query) {
        if (matching != null && !matching.isBlank()) {
            List<String> names = roster.matching(query).stream()
                    .map(line -> line.tenant().name())
                    .toList();
            return matching.strip().equals(Integer.toString(names.size()))
                    ? new Choice(names, null)
                    : new Choice(
                            List.of(),
                            "Other tenants match by now: " + Words.count(names.size())
                                    + ". Look at them, and ask again.");
        }
        List<String> names = ticked == null ? List.of() : List.copyOf(new TreeSet<>(ticked));
        if (names.isEmpty()) return new Choice(names, "No tenant is ticked: tick those that you mean.");
        for (String name : names)
            if (Tenant.named(name).isEmpty())
                return new Choice(List.of(), "One of them is gone by now. Look at the list, and ask again.");
        return new Choice(names, null);
    }

    /** @param verb a word of {@link Action}, or "delete" */
    Outcome act(String actor, String verb, List<String> names) {
        Action action = Arrays.stream(Action.values())
                .filter(one -> one.word().equals(verb))
                .findFirst()
                .orElse(null);
        if (action == null && !"delete".equals(verb))
            return new Outcome(0, "", List.of("Choose what to do: start, stop, restart, freeze, thaw or delete."));
        List<String> refusals = new ArrayList<>();
        for (String name : names)
            try {
                if (action == null) tenants.delete(actor, name);
                else tenants.act(actor, name, action);
            } catch (Refusal refusal) {
                refusals.add(refusal.sentence());
            }
        return new Outcome(names.size() - refusals.size(), verb, refusals);
    }
}
