/**
 * What the kernel shows from outside, read at the time of an audit: never what was configured, stored or remembered. What
 * should be follows from a tenant's specification and from what {@code sandbox} builds; what is comes from /proc, /sys and
 * the tools that ask the kernel. May use everything of the agent but the proof.
 */
package org.cloister.agent.fact;
