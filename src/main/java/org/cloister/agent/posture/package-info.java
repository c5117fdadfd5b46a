/**
 * The machine's own part in holding tenants apart: settings and facts of the kernel, the processor, swap, mounts, ids and
 * capacity, each judged with the risk in one sentence and the command that mends it.
 *
 * <p>Reading is apart from judging: {@code Source} reads, everything else is a function of text. Changes nothing; {@code
 * ops/harden} does. The settings stand in the resource {@code sysctls}.
 */
package org.cloister.agent.posture;
