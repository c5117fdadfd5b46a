/**
 * What a tenant may use, and the handle by which all of its processes are frozen and killed.
 *
 * <p>Layout (kernel.md): {@code <instance>/ct<slot>} holds {@code init.scope} with pid 1 alone and {@code payload} with
 * everything else. The same tree stands in every v1 controller where those are in use, and always in the v2 tree,
 * through which freezing and killing go on both. {@link org.cloister.agent.cgroup.Dialect} is the difference between
 * the two: names of files and units.
 */
package org.cloister.agent.cgroup;
