/**
 * Recordings of sessions on a terminal, for tenants whose plan says so: asciicast v2 of what the terminal showed, never
 * of what was typed, written while it happens into a file that is sealed ({@link
 * org.cloister.manager.recording.SealedWriter}). The tenant is told before its shell starts. A recording that cannot be
 * written ends its session; one that grows too large ends, and says so.
 *
 * <p>May touch the tenants and the event log, and looks on at sessions; knows nothing of SSH.
 */
package org.cloister.manager.recording;
