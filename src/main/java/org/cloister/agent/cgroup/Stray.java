package org.cloister.agent.cgroup;

/** A limit that the kernel has otherwise than it should. @param file the cgroup's file, from the hierarchy's name on */
public record Stray(String file, String expected, String found) {}
