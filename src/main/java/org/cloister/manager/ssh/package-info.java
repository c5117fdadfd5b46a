/**
 * The SSH gateway: from an SSH client to a process in a tenant.
 *
 * <p>{@link org.cloister.manager.ssh.SshGateway} starts the server. A connection is let in by
 * {@link org.cloister.manager.ssh.KeyLogin} and kept in {@link org.cloister.manager.ssh.Connections}; each of its
 * channels is a {@link org.cloister.manager.ssh.TenantChannel}, and what a channel runs is a
 * {@link org.cloister.manager.ssh.TenantProcess}: descriptors from the agent, carried both ways by threads of their
 * own. Nothing here opens a socket for a client: a forwarded port begins and ends in the tenant's network namespace, and
 * this process does not live there.
 *
 * <p>May touch the protocol to the agent, and of the manager the tenants and their keys, what pages know of open sessions, and
 * the event log.
 */
package org.cloister.manager.ssh;
