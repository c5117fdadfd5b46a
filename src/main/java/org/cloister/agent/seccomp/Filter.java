package org.cloister.agent.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.cloister.agent.linux.SyscallNumbers.Architecture;

/**
 * A profile as a program of classic BPF (linux/filter.h, linux/seccomp.h): an architecture after the other; in each the
 * calls with conditions first, then the others as ranges of numbers. Where the answer depends on the number alone, the
 * kernel keeps it in a bitmap and runs no program (since Linux 5.11).
 */
public final class Filter {

    private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
    private static final int JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int JUMP_GREATER = 0x25; // BPF_JMP | BPF_JGT | BPF_K
    private static final int JUMP_NOT_LESS = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K

    private static final int ALLOW = 0x7fff0000;
    private static final int ERROR = 0x00050000;
    private static final int KILL_PROCESS = 0x80000000;
    private static final int ENOSYS = 38;

    /** Offsets in struct seccomp_data; arguments are 64 bits, their lower half first on every machine we know. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int ARGUMENTS = 16;

    /** x32 calls carry this bit; nothing of Debian's uses them. */
    private static final int X32_BIT = 0x40000000;

    /** What the kernel takes at most (BPF_MAXINSNS). */
    private static final int MOST = 4096;

    private record Instruction(int code, int whenTrue, int whenFalse, int value) {}

    private Filter() {}

    /**
     * @param numbers of a call on an architecture, empty where it has none
     * @return struct sock_filter after struct sock_filter, in this machine's byte order
     */
    public static byte[] compile(
            Profile profile, List<Architecture> architectures, BiFunction<Architecture, String, OptionalInt> numbers) {
        List<Instruction> program = new ArrayList<>();
        for (Architecture architecture : architectures) {
            List<Instruction> section = section(profile, call -> numbers.apply(architecture, call));
            program.add(new Instruction(LOAD, 0, 0, ARCHITECTURE));
            // A conditional jump reaches 255 instructions; past a section only the unconditional one does.
            program.add(new Instruction(JUMP_EQUAL, 1, 0, architecture.token()));
            program.add(new Instruction(0x05, 0, 0, section.size())); // BPF_JMP | BPF_JA
            program.addAll(section);
        }
        program.add(ret(KILL_PROCESS));
        if (program.size() > MOST)
            throw new IllegalArgumentException(
                    "the filter has " + program.size() + " instructions; " + MOST + " are allowed");
        ByteBuffer bytes = ByteBuffer.allocate(8 * program.size()).order(ByteOrder.nativeOrder());
        for (Instruction i : program)
            bytes.putShort((short) i.code())
                    .put((byte) i.whenTrue())
                    .put((byte) i.whenFalse())
                    .putInt(i.value());
        return bytes.array();
    }

    private static List<Instruction> section(Profile profile, java.util.function.Function<String, OptionalInt> number) {
        List<Instruction> section = new ArrayList<>();
        TreeMap<Integer, Integer> plain = new TreeMap<>();
        List<Instruction> conditional = new ArrayList<>();
        for (Map.Entry<String, List<Rule>> call : profile.byCall().entrySet()) {
            OptionalInt resolved = number.apply(call.getKey());
            if (resolved.isEmpty()) continue;
            Rule first = call.getValue().getFirst();
            if (first.conditions().isEmpty()) plain.put(resolved.getAsInt(), action(first));
            else conditional.addAll(group(resolved.getAsInt(), call.getValue()));
        }
        section.add(new Instruction(LOAD, 0, 0, NUMBER));
        section.add(new Instruction(JUMP_NOT_LESS, 0, 1, X32_BIT));
        section.add(ret(ERROR | ENOSYS));
        section.addAll(conditional);
        section.addAll(ranges(plain));
        section.add(ret(ERROR | ENOSYS));
        return section;
    }

    /** Entered with the number loaded; always returns when it is this call's, else leaves the number loaded. */
    private static List<Instruction> group(int number, List<Rule> rules) {
        List<Instruction> body = new ArrayList<>();
        for (Rule rule : rules) {
            List<Instruction> tests = new ArrayList<>();
            for (int i = 0; i < rule.conditions().size(); i++) {
                Rule.Condition condition = rule.conditions().get(i);
                int behind = 3 * (rule.conditions().size() - 1 - i) + 1; // the tests that follow, and the return
                tests.add(new Instruction(LOAD, 0, 0, ARGUMENTS + 8 * condition.argument()));
                tests.add(new Instruction(AND, 0, 0, condition.mask()));
                tests.add(new Instruction(
                        JUMP_EQUAL, condition.equal() ? 0 : behind, condition.equal() ? behind : 0, condition.value()));
            }
            body.addAll(tests);
            body.add(ret(action(rule)));
        }
        body.add(ret(ERROR | ENOSYS));
        if (body.size() > 255) throw new IllegalArgumentException("too many conditions on one call");
        List<Instruction> group = new ArrayList<>();
        group.add(new Instruction(JUMP_EQUAL, 0, body.size(), number));
        group.addAll(body);
        return group;
    }

    private static List<Instruction> ranges(TreeMap<Integer, Integer> actions) {
        List<Instruction> instructions = new ArrayList<>();
        Integer from = null;
        Integer to = null;
        for (Map.Entry<Integer, Integer> call : actions.entrySet()) {
            if (from != null && call.getKey() == to + 1 && call.getValue().equals(actions.get(from))) {
                to = call.getKey();
                continue;
            }
            if (from != null) range(instructions, from, to, actions.get(from));
            from = to = call.getKey();
        }
        if (from != null) range(instructions, from, to, actions.get(from));
        return instructions;
    }

    private static void range(List<Instruction> instructions, int from, int to, int action) {
        instructions.add(new Instruction(JUMP_NOT_LESS, 0, 2, from));
        instructions.add(new Instruction(JUMP_GREATER, 1, 0, to));
        instructions.add(ret(action));
    }

    private static int action(Rule rule) {
        return rule.error() == 0 ? ALLOW : ERROR | rule.error();
    }

    private static Instruction ret(int action) {
        return new Instruction(RETURN, 0, 0, action);
    }
}
