/**
 * The isolation proof: an experiment, not a checklist (proof.md).
 *
 * <p>A canary is planted in every tenant and on the machine, a probe in every tenant tries every vector of the catalogue at
 * every other's and at the machine, and three controls make a denial mean something: the owner reaches its own canary, the
 * probe gets through where a sandbox is known to be broken, and the canaries are seen from outside to have lived on. What
 * cannot be tried here is not applicable, with why, and never counts as passed. May use everything else of the agent;
 * nothing else knows it.
 */
package org.cloister.agent.proof;
