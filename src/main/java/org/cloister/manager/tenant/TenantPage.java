package org.cloister.manager.tenant;

import java.time.Instant;
import java.util.List;
import org.cloister.manager.event.Event;
import org.cloister.manager.limit.Heading;
import org.cloister.manager.page.Fact;
import org.cloister.manager.page.Gauge;
import org.cloister.manager.page.Sign;
import org.cloister.manager.session.SessionView;
import org.cloister.protocol.Reply;

/**
 * One tenant.
 *
 * @param failure why the last change did not succeed; null when it did
 * @param standing whether its walls were seen to stand: it runs or is frozen
 * @param late whether something was not known in time and is asked for again
 * @param nesting whether it runs with the weaker profile
 * @param recording whether its sessions on a terminal are recorded
 * @param adminTerminals whether its people let admins open terminals
 * @param terminal whether whoever looks may open one
 * @param missing what this machine lacks, so that a limit does not bind; one sentence each
 * @param startedAt null when it does not run
 * @param said what was refused just now, or null; beside its field where there is one
 */
record TenantPage(
        String name,
        Sign sign,
        List<Move> actions,
        String command,
        String failure,
        boolean standing,
        boolean late,
        List<Wall> walls,
        String wallsSentence,
        String within,
        String plan,
        boolean nesting,
        boolean recording,
        boolean adminTerminals,
        boolean terminal,
        List<Heading.Group<Line>> limits,
        List<String> missing,
        List<Fact> facts,
        Instant createdAt,
        Instant startedAt,
        List<SessionView> sessions,
        List<Running> processes,
        String processesSentence,
        List<Mounted> mounts,
        List<Key> keys,
        List<Reply.Snapshot> snapshots,
        List<PlanChoice> plans,
        List<Event> events,
        Said said) {

    /**
     * A limit.
     *
     * @param used empty where nothing is used up, "–" where it is not known now
     * @param gauge null where there is nothing to fill
     * @param hint one more sentence, or empty
     * @param hits "Hit 3 times", or empty
     * @param hitAt when last; null where it is not known
     * @param hitBy what used most of it then, or empty
     */
    record Line(
            String label,
            String used,
            String limit,
            Gauge gauge,
            String hint,
            String hits,
            Instant hitAt,
            String hitBy) {}

    /** A button. @param effect what it does, in a sentence */
    record Move(String verb, String word, String effect) {}

    /**
     * A namespace.
     *
     * @param inode null when it does not stand
     * @param path its side of the octagon, as SVG draws it
     */
    record Wall(String kind, Long inode, String sentence, String icon, String tone, String path) {}

    record Running(String command, int pidInside, int pid, long uidInside, long uid, String memory) {}

    /**
     * @param how rw or ro, then what of nosuid, nodev and noexec holds
     * @param options all that the kernel tells of it
     */
    record Mounted(String at, String type, String root, String how, String options) {}

    /**
     * @param options what stands before it, as in authorized_keys; empty for nothing
     * @param expiry a word before the time that it stops at, or stopped at; empty where it never does
     * @param also a sentence where the key also logs in elsewhere; else empty
     */
    record Key(
            String comment,
            String type,
            String fingerprint,
            Instant createdAt,
            String options,
            String expiry,
            Instant expiresAt,
            String also) {}

    /**
     * A refusal and where it belongs.
     *
     * @param field "" where it belongs to no field, else keys, snapshots, plan or delete
     * @param text what had been typed there
     */
    record Said(String field, String sentence, String text) {

        static final Said NOTHING = new Said("", "", "");

        public String at(String asked) {
            return field.equals(asked) ? sentence : "";
        }
    }
}
