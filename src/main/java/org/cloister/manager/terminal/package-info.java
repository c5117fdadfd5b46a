/**
 * Terminals in a page. A WebSocket that the page opens leads to the same process as a session over SSH
 * ({@link org.cloister.manager.process.TenantProcess}): it takes one of the tenant's sessions, stands among the open ones,
 * is recorded where the plan says so, and ends with the tenant's.
 *
 * <p>Who may open one is said by the table of rights and, for an admin, by the tenant's own people; both are asked when it
 * opens, when something of it changed, and every few seconds. The wire: binary messages are what is typed and what is
 * shown; text messages are JSON, {@link org.cloister.manager.terminal.Word}. Neither side sends more than the other has
 * taken but for a fixed number of bytes.
 *
 * <p>May touch what runs in a tenant, open sessions, tenants, the table of rights and the event log.
 */
package org.cloister.manager.terminal;
