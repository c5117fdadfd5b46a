/**
 * What a tenant may use, and the handle by which all of its processes are frozen and killed.
 *
 * <p>Layout (kernel.md): {@code <instance>/ct<slot>} holds {@code init.scope} with pid 1 alone and {@code payload} with
 * everything else. The same tree stands in every v1 controller where those are in use, and always in the v2 tree,
 * through which freezing and killing go on both. {@link org.cloister.agent.cgroup.Dialect} is the difference between
 * the two: names of files and units.
 *
 * <p>{@code <instance>} lies at the root of the tree, or, where systemd manages that, is the unit {@code
 * <instance>.slice/<instance>-tenants.service}, which is delegated to us. It is not the agent's own: a unit that has
 * processes of an earlier run and controllers enabled cannot be started again (cgroup-v2.rst, "No Internal Process
 * Constraint"; systemd issue 24064).
 */
package org.cloister.agent.cgroup;
