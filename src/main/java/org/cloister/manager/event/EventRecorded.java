package org.cloister.manager.event;

/** A line was added to the log. Fired within the transaction that adds it. */
public record EventRecorded(long id, String kind) {}
