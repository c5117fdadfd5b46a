package org.cloister.manager.account;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.problem.Refusal;
import org.cloister.manager.right.Role;
import org.cloister.manager.right.StandingChanged;

/** People who sign in: who they are, and how they get in and out of it. */
@ApplicationScoped
public class Accounts {

    static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,30}");

    private static final int LONGEST_NAME = 31;

    /** Who acts in the log without being anybody. */
    private static final Set<String> RESERVED = Set.of("cloister", "root");

    @Inject
    EntityManager database;

    @Inject
    EventLog events;

    @Inject
    Event<StandingChanged> standing;

    /** @throws Refusal there is none of that name */
    @Transactional
    public Account get(String name) {
        return Account.named(name == null ? "" : name)
                .orElseThrow(() -> Refusal.unknown("There is no account of that name."));
    }

    /**
     * Adds somebody, who signs in by a link first and then sets a password.
     *
     * @param role its word
     * @param tenant the name of the tenant, exactly where the role is tenant; else null or blank
     */
    @Transactional
    public Account create(String actor, String name, String role, String tenant) {
        Account account = new Account();
        account.id = UUID.randomUUID();
        account.name = checkName(name);
        account.role = role(role);
        account.tenantId = tenantId(account.role, tenant == null ? "" : tenant.strip());
        account.tenant = account.tenantId == null ? null : tenant.strip();
        account.createdAt = Instant.now();
        account.persist();
        String what = account.tenant == null ? "as " + account.role.word() : "for the tenant " + account.tenant;
        events.record(actor, "account.created", account.tenant, account.name + " got an account " + what + ".");
        return account;
    }

    /** @throws Refusal there cannot be another account of that name */
    @Transactional
    public void check(String name) {
        checkName(name);
    }

    private static String checkName(String name) {
        String wished = name == null ? "" : name.strip();
        if (wished.isEmpty()) throw Refusal.invalid("name", "An account needs a name, such as alice.");
        if (wished.length() > LONGEST_NAME)
            throw Refusal.invalid("name", "The name is too long: " + LONGEST_NAME + " characters are allowed.");
        if (!NAME.matcher(wished).matches())
            throw Refusal.invalid("name", "A name is a to z, 0 to 9, dot, - and _, and starts with a letter.");
        if (RESERVED.contains(wished))
            throw Refusal.invalid("name", "The name " + wished + " is one that Cloister uses itself; take another.");
        if (Account.named(wished).isPresent())
            throw Refusal.conflict("name", "There is an account " + wished + " already.");
        return wished;
    }

    private static Role role(String word) {
        for (Role role : Role.values()) if (role.word().equals(word)) return role;
        throw Refusal.invalid("role", "A role is admin, auditor or tenant.");
    }

    private UUID tenantId(Role role, String tenant) {
        if (role != Role.TENANT) {
            if (!tenant.isEmpty())
                throw Refusal.invalid("tenant", "Only an account with the role tenant belongs to a tenant.");
            return null;
        }
        if (tenant.isEmpty()) throw Refusal.invalid("tenant", "Say which tenant the account is for.");
        List<?> found = database.createNativeQuery("select id from tenant where name = ?1", UUID.class)
                .setParameter(1, tenant)
                .getResultList();
        if (found.isEmpty()) throw Refusal.invalid("tenant", "There is no tenant of that name.");
        return (UUID) found.getFirst();
    }

    /** Takes every way in away from somebody: password, second factor, passkeys, sessions, links and tokens. */
    @Transactional
    public void reset(String actor, Account account) {
        Account.update("password = null, factor = null where id = ?1", account.id);
        RecoveryCode.delete("accountId", account.id);
        Passkey.delete("accountId", account.id);
        WebSession.delete("accountId", account.id);
        SignInLink.delete("accountId = ?1 and usedAt is null", account.id);
        ApiToken.delete("accountId", account.id);
        standing.fire(new StandingChanged());
        events.record(
                actor,
                "account.reset",
                account.tenant,
                "Password, second factor, passkeys, sessions and tokens of " + account.name + " were taken away.");
    }

    @Transactional
    public void delete(String actor, String name) {
        Account account = get(name);
        if (account.name.equals(Account.ROOT))
            throw Refusal.conflict(null, "The account admin is root's of this machine and stays.");
        Account.deleteById(account.id);
        standing.fire(new StandingChanged());
        events.record(actor, "account.deleted", account.tenant, "The account " + account.name + " was deleted.");
    }

    /** A session of this account's; one that is over changes nothing. */
    @Transactional
    public void endSession(Account account, UUID id) {
        if (id == null || WebSession.delete("id = ?1 and accountId = ?2", id, account.id) == 0) return;
        standing.fire(new StandingChanged());
        events.record(account.name, "account.session-ended", account.tenant, account.name + " ended a session.");
    }
}
