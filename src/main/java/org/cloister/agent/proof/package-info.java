/**
 * The isolation proof: an experiment, not a checklist (proof.md).
 *
 * <p>A canary is planted in every tenant, a probe in every tenant tries to reach every other's, and three controls make a
 * denial mean something: the owner reaches its own canary, a chroot alone does not stop the probe, and the canaries are
 * seen from outside to have lived on. May use everything else of the agent; nothing else knows it.
 */
package org.cloister.agent.proof;
