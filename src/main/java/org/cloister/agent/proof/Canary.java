package org.cloister.agent.proof;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.cloister.agent.sandbox.ProcFiles;
import org.cloister.protocol.Frames;

/**
 * What was planted in a victim, to be reached for: a process, files, whatever processes share (tenant-probe/canary.c).
 *
 * @param owner the tenant's name, or what else it stands for
 * @param pid of the process, as the host counts
 * @param startTicks its start, so that another process of that number is not taken for it
 * @param secret in hexadecimal, 48 digits; everything that was planted holds it
 * @param told what an attacker is told: tag, what was planted where, and why what was not could not be
 */
record Canary(String owner, int pid, long startTicks, String secret, Map<String, String> told) {

    private static final Pattern KEY = Pattern.compile("!?[a-z][a-z0-9-]{0,30}");
    private static final Pattern VALUE = Pattern.compile("[ -~]{1,600}");

    Canary {
        if (startTicks < 0) throw new IllegalArgumentException("the canary of " + owner + " died as it was planted");
        told = Map.copyOf(told);
    }

    /** The probe's line for it. The secret is not told. */
    String line() {
        return "name=" + owner + "\tpid=" + pid + "\t"
                + told.entrySet().stream()
                        .map(pair -> pair.getKey() + "=" + pair.getValue())
                        .sorted()
                        .collect(Collectors.joining("\t"))
                + "\n";
    }

    /** Where its secret file lies, as its owner names it. */
    String path() {
        return told.getOrDefault("file", "");
    }

    boolean alive() throws IOException {
        return ProcFiles.startTicks(pid) == startTicks;
    }

    /** What a canary says behind its first line: what its owner's own access gave, as {@link Attempt} has it. */
    static byte[] restOf(byte[] said) {
        return Arrays.copyOfRange(said, firstLine(said), said.length);
    }

    private static int firstLine(byte[] said) {
        for (int i = 0; i < said.length; i++) if (said[i] == '\n') return i + 1;
        return said.length;
    }

    /**
     * What a canary says of itself, in its first line.
     *
     * @throws IOException no canary says that
     */
    static Map<String, String> planted(String owner, byte[] said) throws IOException {
        Map<String, String> planted;
        try {
            planted = Frames.JSON.readValue(said, 0, firstLine(said), new TypeReference<>() {});
        } catch (IOException e) {
            throw new IOException("the canary of " + owner + " could not be planted");
        }
        for (var pair : planted.entrySet())
            if (!KEY.matcher(pair.getKey()).matches()
                    || pair.getValue() == null
                    || !VALUE.matcher(pair.getValue()).matches())
                throw new IOException("the canary of " + owner + " says what no canary says");
        if (!planted.getOrDefault("process", "").matches("[1-9][0-9]{0,8}") || !planted.containsKey("file"))
            throw new IOException("the canary of " + owner + " could not plant a process and a file");
        return planted;
    }
}
