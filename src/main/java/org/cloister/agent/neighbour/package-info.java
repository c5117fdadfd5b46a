/**
 * The noisy-neighbour test: how long what a service does takes in one tenant, alone and while a throw-away neighbour uses
 * up all that it may have, way by way, and which of its limits acted. A measurement, not a verdict: who reads it decides
 * what is too long. May use everything else of the agent; nothing else but its main program knows it.
 */
package org.cloister.agent.neighbour;
