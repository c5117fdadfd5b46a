package org.cloister.protocol;

/**
 * What a tenant may use at most.
 *
 * @param cpuPercent CPU time as a share of one core: 100 is one core, 250 two and a half
 * @param memoryBytes memory of the tenant's processes, page cache included; there is no swap beside it
 * @param pids processes and threads
 * @param diskBytes data and metadata of the root file system and its snapshots
 */
public record Limits(int cpuPercent, long memoryBytes, int pids, long diskBytes) {

    private static final long MIB = 1L << 20;

    public Limits {
        between("cpuPercent", cpuPercent, 1, 100_000);
        between("memoryBytes", memoryBytes, 16 * MIB, 1L << 46);
        between("pids", pids, 16, 4_000_000);
        between("diskBytes", diskBytes, 64 * MIB, 1L << 50);
    }

    private static void between(String field, long value, long least, long most) {
        if (value < least || value > most)
            throw new IllegalArgumentException(
                    field + " is " + value + "; it must lie between " + least + " and " + most);
    }
}
