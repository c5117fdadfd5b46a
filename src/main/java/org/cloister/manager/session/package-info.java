/**
 * What is open now through the SSH gateway, and the hand that ends it. The gateway tells each connection that logged in
 * and each session on it to {@link org.cloister.manager.session.OpenSessions}; API and pages read them there. All of it
 * is in memory: what was open once is told by the event log.
 *
 * <p>May touch the tenants and their keys, who asks, and the event log; knows nothing of SSH.
 */
package org.cloister.manager.session;
