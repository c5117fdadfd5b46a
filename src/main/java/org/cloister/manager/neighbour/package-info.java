/**
 * The noisy-neighbour test: onboards an attacker for it, has the agent measure, deletes the attacker whatever happens, and
 * shows the reports. No tenant of anybody's ever attacks.
 */
package org.cloister.manager.neighbour;
