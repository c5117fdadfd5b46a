/**
 * The machine as the manager knows it: the instance's environment, the client of the agent, the agent's own report of
 * the host, and whether agent and database answer.
 */
package org.cloister.manager.host;
