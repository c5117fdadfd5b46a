package org.cloister.manager.recording;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * A recording as programs and pages see it.
 *
 * @param id the session's
 * @param command null for a shell
 * @param ending "whole", "truncated" where it grew too large, "cut" where the manager ended first; null while it goes on
 * @param bytes of its file; 0 while it goes on
 */
public record RecordingView(
        UUID id,
        String user,
        String fingerprint,
        String account,
        String address,
        String command,
        Instant startedAt,
        Instant endedAt,
        String ending,
        long bytes) {

    static RecordingView of(Recording row) {
        return new RecordingView(
                row.id,
                row.user,
                row.fingerprint,
                row.account,
                row.address,
                row.command,
                row.startedAt,
                row.endedAt,
                row.ending == null ? null : row.ending.name().toLowerCase(Locale.ROOT),
                row.bytes);
    }
}
