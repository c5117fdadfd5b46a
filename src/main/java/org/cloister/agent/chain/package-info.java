/**
 * The chain of records: {@link org.cloister.agent.chain.Chain} numbers and signs whatever is to be checked without us, an
 * audit, a deletion, a neighbour test, a reading, a change of the key. Each names the one before it by its hash
 * (ops/docs/audit.md). The key lives here and nowhere else.
 *
 * <p>What a record says is whose who has it sealed: this package knows neither the proof nor the tests, and of the rest of
 * the agent the word for a refusal alone.
 */
package org.cloister.agent.chain;
