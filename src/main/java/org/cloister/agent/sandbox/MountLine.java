package org.cloister.agent.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.agent.linux.Mounts;

/**
 * A line of /proc/PID/mountinfo (proc_pid_mountinfo(5)).
 *
 * @param id that descriptors name in their fdinfo
 * @param device MAJOR:MINOR
 * @param attributes MOUNT_ATTR_*: read-only, nosuid, nodev, noexec
 * @param propagation shared or master and its peer group; empty for a private mount
 */
public record MountLine(
        int id,
        String device,
        String root,
        String at,
        long attributes,
        String propagation,
        String type,
        String options) {

    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    /** Of the mount namespace of a process; empty where it has ended. */
    public static List<MountLine> of(int pid) throws IOException {
        List<MountLine> lines = new ArrayList<>();
        for (String line : ProcFiles.whole(pid, "mountinfo").lines().toList()) {
            String[] halves = line.split(" - ", 2);
            String[] mount = halves[0].split(" ");
            String[] source = halves[1].split(" ");
            lines.add(new MountLine(
                    Integer.parseInt(mount[0]),
                    mount[2],
                    unescaped(mount[3]),
                    unescaped(mount[4]),
                    attributes(Arrays.asList(mount[5].split(","))),
                    String.join(" ", Arrays.asList(mount).subList(6, mount.length)),
                    source[0],
                    mount[5] + (source.length > 2 ? "," + source[2] : "")));
        }
        return lines;
    }

    private static long attributes(List<String> options) {
        return (options.contains("ro") ? Mounts.MOUNT_ATTR_RDONLY : 0)
                | (options.contains("nosuid") ? Mounts.MOUNT_ATTR_NOSUID : 0)
                | (options.contains("nodev") ? Mounts.MOUNT_ATTR_NODEV : 0)
                | (options.contains("noexec") ? Mounts.MOUNT_ATTR_NOEXEC : 0);
    }

    private static String unescaped(String path) {
        if (path.indexOf('\\') < 0) return path;
        return OCTAL.matcher(path)
                .replaceAll(
                        octal -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
    }

    /** "NAME=VALUE" as the file system has it, or "no NAME". */
    public String option(String name) {
        return Arrays.stream(options.split(","))
                .filter(option -> option.startsWith(name + "="))
                .findFirst()
                .orElse("no " + name);
    }

    public String words() {
        return type + " " + root + " " + words(attributes);
    }

    public static String words(long attributes) {
        List<String> words = new ArrayList<>();
        words.add((attributes & Mounts.MOUNT_ATTR_RDONLY) != 0 ? "ro" : "rw");
        if ((attributes & Mounts.MOUNT_ATTR_NOSUID) != 0) words.add("nosuid");
        if ((attributes & Mounts.MOUNT_ATTR_NODEV) != 0) words.add("nodev");
        if ((attributes & Mounts.MOUNT_ATTR_NOEXEC) != 0) words.add("noexec");
        return String.join(",", words);
    }
}
