package org.cloister.manager.account;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads who signs in, and when they last did. */
@ApplicationScoped
class People {

    @Inject
    EntityManager database;

    /** @param sessions open now @param seenAt null where nobody of this name is signed in */
    record Presence(UUID accountId, long sessions, Instant seenAt) {

        static final Presence NONE = new Presence(null, 0, null);
    }

    List<PeoplePage.Person> all(String self) {
        Map<UUID, Presence> present = database.createQuery(
                        "select new org.cloister.manager.account.People$Presence(s.accountId, count(s), max(s.seenAt))"
                                + " from WebSession s where s.expiresAt > ?1 group by s.accountId",
                        Presence.class)
                .setParameter(1, Instant.now())
                .getResultStream()
                .collect(Collectors.toMap(Presence::accountId, Function.identity()));
        return Account.inOrder().stream()
                .map(account -> person(account, present.getOrDefault(account.id, Presence.NONE), self))
                .toList();
    }

    private static PeoplePage.Person person(Account account, Presence presence, String self) {
        boolean root = account.name.equals(Account.ROOT);
        return new PeoplePage.Person(
                account.name,
                account.role.word(),
                account.tenant,
                ways(account, root),
                account.password != null && !account.hasSecondFactor(),
                presence.sessions(),
                presence.seenAt(),
                root,
                account.name.equals(self));
    }

    private static String ways(Account account, boolean root) {
        if (account.password == null)
            return account.passkeys > 0 ? "Passkey" : root ? "Links of ops/up" : "Has not signed in by a password yet";
        if (account.passkeys > 0) return "Passkey, or password and second factor";
        return account.factor == null ? "Password alone" : "Password and second factor";
    }

    List<String> tenants() {
        return database
                .createNativeQuery("select name from tenant order by name", String.class)
                .getResultList()
                .stream()
                .map(String.class::cast)
                .toList();
    }
}
