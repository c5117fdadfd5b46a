/**
 * What runs in a tenant for somebody who is there, over SSH or in a page: a
 * {@link org.cloister.manager.process.TenantProcess} takes one of the tenant's places, has the agent open a shell or
 * command, carries its streams between the descriptors and a {@link org.cloister.manager.process.Client}, and ends it
 * when the client goes.
 *
 * <p>May touch the protocol to the agent, the tenants' limits, and what is known of open sessions. Who may have what is
 * decided before; nothing here knows of keys, accounts or the network.
 */
package org.cloister.manager.process;
