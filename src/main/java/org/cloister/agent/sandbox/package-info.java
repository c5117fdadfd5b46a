/**
 * One tenant's sandbox: planned as a list of steps, launched, entered by sessions, stopped; and the agent's record of
 * what every tenant should be.
 *
 * <p>Mounts are made here as detached descriptors in the host's namespaces and attached by tenant-init in the tenant's
 * (design.md §4). No thread of this JVM ever enters a tenant's mount namespace or root.
 *
 * <p>What a tenant sees of the machine is its own: {@link org.cloister.agent.sandbox.Views} writes it into plain files once
 * a second, {@link org.cloister.agent.sandbox.ProcSteps} lays them over the kernel's and closes the rest. Not lxcfs: that is
 * a daemon of root's which every tenant's reads run through, and whose end breaks ps and free in all of them. Files need
 * nobody: without an agent they stand still. Their price is a second's delay.
 */
package org.cloister.agent.sandbox;
