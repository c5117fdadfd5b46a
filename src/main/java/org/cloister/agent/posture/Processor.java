package org.cloister.agent.posture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.State;

/** What the processor lets one program learn of another's memory (Documentation/admin-guide/hw-vuln). */
final class Processor {

    static final String VULNERABILITIES = "/sys/devices/system/cpu/vulnerabilities";
    static final String THREADS = "/sys/devices/system/cpu/smt/active";

    private Processor() {}

    /**
     * @param vulnerabilities the kernel's word on each by its name: "Not affected", "Mitigation: …", "Vulnerable…"
     * @param threads "1" where two programs run on one core at the same time
     */
    static List<PostureCheck> judge(Map<String, String> vulnerabilities, String threads) {
        List<String> open = new ArrayList<>();
        boolean siblings = false;
        for (var each : vulnerabilities.entrySet()) {
            String word = each.getValue();
            if (!word.startsWith("Not affected") && !word.contains("Mitigation")) open.add(each.getKey());
            siblings |= word.contains("SMT vulnerable"); // "Mitigation: …; SMT vulnerable"
        }
        if (vulnerabilities.isEmpty()) open.add("the kernel does not say");
        open.sort(null);
        boolean good = open.isEmpty();
        return List.of(
                new PostureCheck(
                        "cpu.vulnerabilities",
                        good ? State.GOOD : State.OPEN,
                        "none",
                        good ? "none" : String.join(", ", open),
                        "A tenant's program measures what another's leaves in the processor, and reads its memory that way.",
                        good
                                ? ""
                                : "apt-get install intel-microcode or amd64-microcode, no mitigations=off on the kernel's command line, and a reboot; a virtual machine depends on the machine below it",
                        null),
                threads(threads.equals("1"), siblings));
    }

    private static PostureCheck threads(boolean on, boolean leaks) {
        return new PostureCheck(
                "cpu.threads",
                !on ? State.GOOD : leaks ? State.OPEN : State.WEAK,
                "one program a core",
                !on ? "one program a core" : leaks ? "two, and the kernel says that it leaks" : "two",
                "Programs of two tenants run on one core at the same time and share its caches.",
                on
                        ? "echo off > /sys/devices/system/cpu/smt/control, and nosmt on the kernel's command line; it takes half of the processors away"
                        : "",
                null);
    }
}
