package org.cloister.manager.tenant;

/** Somebody may log in who could not, or the other way. Fired within the transaction that changes it. */
public record AccessChanged() {}
