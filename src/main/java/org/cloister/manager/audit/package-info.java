/** Audits: the agent runs the isolation proof, the manager keeps its reports and serves them byte for byte. */
package org.cloister.manager.audit;
