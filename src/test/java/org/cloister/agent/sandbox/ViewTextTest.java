package org.cloister.agent.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.cloister.agent.cgroup.Figures;
import org.cloister.protocol.Limit;
import org.cloister.protocol.Limits;
import org.cloister.protocol.TenantSpec.Profile;
import org.cloister.protocol.Usage;
import org.junit.jupiter.api.Test;

class ViewTextTest {

    private static final long GB = 1L << 30;

    private static final Limits LIMITS = Limits.of(
            Map.of("cpuPercent", 150L, "memoryBytes", GB, "pids", 256L, "diskBytes", GB, "swapBytes", 512L << 20));

    private static Figures figures(long memory, long micros) {
        return new Figures(
                memory, 100 << 20, Map.of("active_file", 64L << 20, "file", 80L << 20), 3 * micros, micros, 7);
    }

    private static String meminfo(long memory) {
        return ViewText.meminfo(figures(memory, 0), LIMITS, 64 * GB, 8 * GB);
    }

    private static String stat(long micros, int processors) {
        return ViewText.stat(figures(0, micros), processors, 1_000, 1_100, new LoadAverage());
    }

    @Test
    void memoryIsTheLimitAndWhatIsFreeOfIt() {
        String text = meminfo(300 << 20);
        assertTrue(text.contains("MemTotal:            1048576 kB\n"), text);
        assertTrue(text.contains("MemFree:              741376 kB\n"), text);
        assertTrue(text.contains("MemAvailable:         806912 kB\n"), "page cache can be had back: " + text);
        assertTrue(text.contains("SwapTotal:            524288 kB\n"), text);
        assertTrue(text.contains("SwapFree:             421888 kB\n"), text);
    }

    @Test
    void aLimitBeyondTheMachineShowsTheMachine() {
        assertTrue(ViewText.meminfo(figures(0, 0), LIMITS, GB / 2, 0).contains("MemTotal:             524288 kB\n"));
        assertTrue(ViewText.meminfo(figures(0, 0), LIMITS, GB / 2, 0).contains("SwapTotal:                 0 kB\n"));
    }

    @Test
    void useBeyondTheLimitLeavesNothingAndNothingNegative() {
        assertFalse(meminfo(2 * GB).contains("-"), meminfo(2 * GB));
    }

    @Test
    void aFileKeepsItsLengthWhileItsFiguresChange() {
        assertEquals(meminfo(0).length(), meminfo(GB).length());
        assertEquals(stat(0, 2).length(), stat(90_000_000, 2).length());
        LoadAverage busy = LoadAverage.parse("123.45 99.00 5.00 200/512 0");
        assertEquals(
                ViewText.loadavg(new LoadAverage(), 1).length(),
                ViewText.loadavg(busy, 500_000).length());
        assertEquals(
                ViewText.limits(LIMITS, Map.of(), limit -> 0).length(),
                ViewText.limits(LIMITS, Map.of(Limit.MEMORY, 7 * GB), limit -> 1_000_000)
                        .length());
    }

    @Test
    void processorTimeIsTheTenantsOwnAndTheRestOfItsCoresIsIdle() {
        List<String> lines = stat(10_000_000, 2).lines().toList();
        assertEquals("cpu 3000 0 1000 16000 0 0 0 0 0 0", lines.get(0).replaceAll(" +", " "));
        assertEquals("cpu1 1500 0 500 8000 0 0 0 0 0 0", lines.get(2).replaceAll(" +", " "));
        assertTrue(lines.contains("btime 1000"), lines.toString());
    }

    @Test
    void coresAreTheLimitRoundedUpAndNeverMoreThanTheMachines() {
        assertEquals(2, ViewText.processors(LIMITS, 64));
        assertEquals(1, ViewText.processors(LIMITS, 1));
        assertEquals("0-1\n", ViewText.topology(2).get("online"));
        assertEquals("0\n", ViewText.topology(1).get("online"));
        assertEquals("00000002\n", ViewText.topology(2).get("cpu1/topology/thread_siblings"));
        assertEquals("00000001,ffffffff\n", ViewText.topology(33).get("cpu0/topology/core_siblings"));
    }

    @Test
    void cpuinfoHasAStanzaForEachCoreAndCountsThem() {
        String machine = "";
        for (int i = 0; i < 4; i++)
            machine += "processor\t: " + i + "\nmodel name\t: X\nsiblings\t: 4\ncpu cores\t: 4\n\n";
        assertEquals(
                "processor\t: 0\nmodel name\t: X\nsiblings\t: 2\ncpu cores\t: 2\n\n"
                        + "processor\t: 1\nmodel name\t: X\nsiblings\t: 2\ncpu cores\t: 2\n\n",
                ViewText.cpuinfo(machine, 2));
    }

    @Test
    void theCountOfTheMachinesCgroupsIsNotTold() {
        assertEquals(
                "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t1\t1\n",
                ViewText.cgroups("#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t4711\t1\n"));
    }

    @Test
    void theLoadMovesAsTheKernelsDoes() {
        LoadAverage load = new LoadAverage();
        load.add(2, 0, 12); // a minute of two busy tasks: 2 * (1 - 1/e)
        assertEquals(1.26, load.over(0), 0.01);
        assertEquals(0.36, load.over(1), 0.01);
        LoadAverage stepwise = new LoadAverage();
        for (int i = 0; i < 12; i++) stepwise.add(1, 1, 1);
        assertEquals(load.over(0), stepwise.over(0), 1e-9);
        assertEquals(2.5, LoadAverage.parse("2.50 1.00 0.10 1/2 0").over(0));
        assertEquals(0, LoadAverage.parse("half written").over(0));
    }

    @Test
    void countersBecomeRates() {
        Usage before = usage(1_000_000, 0);
        Usage now = usage(2_000_000, 5_000);
        Rates first = Rates.since(null, before, 0);
        assertEquals(0L, first.used().get(Limit.CPU), "there is no rate at the first look");
        Rates second = Rates.since(first, now, 2_000_000_000L);
        assertEquals(50L, second.used().get(Limit.CPU), "half a core");
        assertEquals(2_500L, second.used().get(Limit.IO_READ));
        assertFalse(second.used().containsKey(Limit.SESSIONS), "not the agent's to know");
    }

    private static Usage usage(long cpuMicros, long ioReadBytes) {
        return new Usage(cpuMicros, 0, 0, 0, 0, 0, ioReadBytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of());
    }

    @Test
    void whatThisKernelHasInProcIsClosedUnlessItIsNamed() {
        List<Step> steps = ProcSteps.of(
                Profile.STRICT,
                List.of(
                        new ProcSteps.Entry("self", true),
                        new ProcSteps.Entry("meminfo", false),
                        new ProcSteps.Entry("from_a_new_module", false),
                        new ProcSteps.Entry("and_its_directory", true)));
        assertEquals(null, over(steps, "proc/self"));
        assertEquals("run/cloister/proc/meminfo", over(steps, "proc/meminfo"));
        assertEquals("run/cloister/masks/file", over(steps, "proc/from_a_new_module"));
        assertEquals("run/cloister/masks/directory", over(steps, "proc/and_its_directory"));
    }

    @Test
    void nothingIsWrittenOnceProcSysIsReadOnlyAndNothingClosedLiesBelowIt() throws Exception {
        List<String> words = ProcSteps.of(Profile.STRICT, ProcSteps.settings()).stream()
                .map(step -> String.join(" ", step.words()))
                .toList();
        int locked = words.indexOf("bind proc/sys proc/sys 1");
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).startsWith("put ")) assertTrue(i < locked, words.get(i));
            if (words.get(i).contains(" proc/sys/"))
                assertTrue(i > locked || words.get(i).startsWith("put "), words.get(i));
        }
        assertTrue(words.stream().anyMatch(w -> w.startsWith("bind run/cloister/masks/file proc/sys/fs/file-nr ")));
    }

    private static String over(List<Step> steps, String path) {
        for (Step step : steps)
            if (step instanceof Step.Bind(String from, String to, long attributes) && to.equals(path)) return from;
        return null;
    }
}
