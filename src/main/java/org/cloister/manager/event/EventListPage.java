package org.cloister.manager.event;

import java.util.List;

/**
 * A page of the log, the newest first.
 *
 * @param tenant whose events; null for everyone's
 * @param liveUrl where the newest page keeps itself up to date
 * @param head number and seal of the last event of all; null before the first
 * @param older where those before these are; null if there are none
 */
record EventListPage(String tenant, List<Event> events, String liveUrl, String older, String head) {}
