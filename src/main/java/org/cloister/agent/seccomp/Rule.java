package org.cloister.agent.seccomp;

import java.util.List;

/**
 * One line of a profile: what happens to these calls where all conditions hold.
 *
 * @param error 0 to allow, else the errno of the refusal
 */
public record Rule(int error, List<String> calls, List<Condition> conditions) {

    /**
     * @param argument 0 to 5
     * @param mask of the argument's lower 32 bits
     * @param value to compare with
     * @param equal or else unequal
     */
    public record Condition(int argument, int mask, int value, boolean equal) {}
}
