package org.cloister.manager.plan;

/** A plan as its card shows it, in words. @param tenants how many have it */
record PlanCard(String name, String summary, String cpu, String memory, String pids, String disk, String tenants) {}
