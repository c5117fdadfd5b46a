package org.cloister.manager.tenant;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.cloister.manager.plan.Plans;
import org.cloister.protocol.Limits;
import org.cloister.protocol.Slot;

/**
 * A tenant as programs see it.
 *
 * @param recording whether its sessions on a terminal are recorded
 * @param adminTerminals whether admins may open terminals in it, which its own people say
 * @param onFailedAudit what its plan has done with it where an audit finds it not isolated: report or freeze
 * @param notes sentences that whoever changed something should read, such as a key that logs in elsewhere too; null for
 *     none
 */
public record TenantView(
        UUID id,
        String name,
        int slot,
        String plan,
        String template,
        String desired,
        String state,
        UidRange uidRange,
        String address4,
        String address6,
        Limits limits,
        String profile,
        boolean recording,
        boolean adminTerminals,
        String onFailedAudit,
        Ssh ssh,
        Instant createdAt,
        String failure,
        List<String> notes) {

    /** @param first on the host; inside it is 0 */
    public record UidRange(long first, int count) {}

    /** @param command what the tenant's owner types */
    public record Ssh(String command) {}

    static TenantView of(Tenant tenant, String sshCommand, List<String> notes) {
        return new TenantView(
                tenant.id,
                tenant.name,
                tenant.slot,
                tenant.plan,
                tenant.template,
                tenant.desired.name().toLowerCase(Locale.ROOT),
                tenant.state.word(),
                new UidRange(tenant.firstUid(), Slot.IDS),
                tenant.address4,
                tenant.address6,
                tenant.limits,
                Plans.word(tenant.profile),
                tenant.recording,
                tenant.adminTerminals,
                tenant.onFailedAudit.word(),
                new Ssh(sshCommand),
                tenant.createdAt,
                tenant.failure,
                notes.isEmpty() ? null : notes);
    }
}
