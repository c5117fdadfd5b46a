package org.cloister.agent.posture;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.State;

/** Whether anybody else has ids of the tenants' range (subuid(5), passwd(5)). */
final class Ids {

    private Ids() {}

    /**
     * @param first and {@code last} bound the range
     * @param owner whose line in subuid reserves it
     * @param subids the texts of /etc/subuid and /etc/subgid
     * @param accounts the texts of /etc/passwd and /etc/group
     */
    static PostureCheck judge(long first, long last, String owner, List<String> subids, List<String> accounts) {
        Set<String> others = new TreeSet<>();
        for (String[] fields : lines(subids)) {
            long from = number(fields[1]);
            if (!fields[0].equals(owner) && from >= 0 && from <= last && from + number(fields[2]) > first)
                others.add(fields[0]);
        }
        for (String[] fields : lines(accounts)) {
            long id = number(fields[2]);
            if (id >= first && id <= last) others.add(fields[0]);
        }
        boolean good = others.isEmpty();
        return new PostureCheck(
                "ids",
                good ? State.GOOD : State.OPEN,
                first + " to " + last + " for the tenants alone",
                good ? "nobody else has one" : "some are also of " + String.join(", ", others),
                "Who has a tenant's ids on this machine signals its processes and reads its files.",
                good ? "" : "other ids for them in /etc/subuid, /etc/subgid, /etc/passwd or /etc/group",
                null);
    }

    private static List<String[]> lines(List<String> texts) {
        return texts.stream()
                .flatMap(String::lines)
                .map(line -> line.strip().split(":"))
                .filter(fields -> fields.length >= 3)
                .toList();
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
