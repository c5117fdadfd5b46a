/**
 * Tenants: what each should be, in the database; and the work that makes the agent agree with it.
 *
 * <p>{@link org.cloister.manager.tenant.Tenants} takes every wish, checks it, and stores it; {@link
 * org.cloister.manager.tenant.Reconciliation} sends the whole of what is stored to the agent, one tenant at a time in
 * its own lane, and stores what the agent saw. REST and pages stand on these two and hold no rule of their own.
 */
package org.cloister.manager.tenant;
