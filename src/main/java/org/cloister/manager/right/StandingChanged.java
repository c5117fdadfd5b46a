package org.cloister.manager.right;

/** Somebody who was known may be known no longer: a session, a token or an account ended. Fired within the transaction. */
public record StandingChanged() {}
