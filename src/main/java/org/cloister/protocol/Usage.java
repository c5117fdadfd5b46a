package org.cloister.protocol;

/**
 * What a tenant uses now, read from the kernel.
 *
 * @param cpuMicros CPU time since the sandbox was launched
 * @param cpuThrottledMicros time in which its threads waited for their quota
 * @param oomKills processes killed inside for want of memory
 * @param pidsRefused forks refused by the limit
 */
public record Usage(
        long cpuMicros,
        long cpuThrottledMicros,
        long memoryBytes,
        long oomKills,
        long pids,
        long pidsRefused,
        long diskBytes) {}
