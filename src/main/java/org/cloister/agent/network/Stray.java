package org.cloister.agent.network;

/** Something of the network that the kernel has otherwise than it should. */
public record Stray(String what, String expected, String found) {}
