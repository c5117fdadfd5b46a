/**
 * Records: the agent's chain of audits, deletions, readings and changes of its key, taken over link by link and served byte
 * for byte. Audits keep their reports themselves; here stands everything else, and the chain as a whole.
 */
package org.cloister.manager.record;
