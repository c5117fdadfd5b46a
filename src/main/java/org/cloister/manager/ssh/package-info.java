/**
 * The SSH gateway: from an SSH client to a process in a tenant.
 *
 * <p>{@link org.cloister.manager.ssh.SshGateway} starts the server. A connection is let in by
 * {@link org.cloister.manager.ssh.KeyLogin} and kept in {@link org.cloister.manager.ssh.Connections}; each of its
 * channels is a {@link org.cloister.manager.ssh.TenantChannel}, and what a channel runs is a
 * {@link org.cloister.manager.process.TenantProcess}: descriptors from the agent, carried out by threads of their own, and in
 * by whoever read from the network while there is room ({@link org.cloister.manager.process.InputQueue}).
 *
 * <p>Nothing here makes a socket for a client. What is forwarded begins and ends in the tenant: the
 * {@link org.cloister.manager.ssh.Forwards} of a connection ask a program that runs there, as the user who logged in, and
 * get connected descriptors from it; a {@link org.cloister.manager.ssh.ForwardedChannel} carries each.
 *
 * <p>May touch the protocol to the agent, and of the manager what runs in a tenant, the tenants and their keys, what pages know of open sessions, and
 * the event log.
 */
package org.cloister.manager.ssh;
