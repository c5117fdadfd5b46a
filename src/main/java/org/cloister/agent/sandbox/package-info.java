/**
 * One tenant's sandbox: planned as a list of steps, launched, entered by sessions, stopped; and the agent's record of
 * what every tenant should be.
 *
 * <p>Mounts are made here as detached descriptors in the host's namespaces and attached by tenant-init in the tenant's
 * (design.md §4). No thread of this JVM ever enters a tenant's mount namespace or root.
 */
package org.cloister.agent.sandbox;
