package org.cloister.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The main program: exit status 0, 1 where the answer is no, 2 where the question was wrong. */
public final class Cloister {

    private final Map<String, String> environment;
    private final Terminal terminal;
    private final PrintStream out;
    private final PrintStream err;

    Cloister(Map<String, String> environment, Terminal terminal, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.terminal = terminal;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        // UTF-8 whatever the locale says, and not a system call for each line of a list.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        Terminal terminal = Terminal.of(System.getProperty("cloister.terminals", ""));
        int exit = new Cloister(System.getenv(), terminal, out, err).run(Arrays.asList(arguments));
        out.flush();
        System.exit(exit);
    }

    int run(List<String> words) {
        try {
            if (words.isEmpty()) {
                err.print(Help.of(List.of()));
                return 2;
            }
            if (words.getFirst().equals("complete")) return complete(words.subList(1, words.size()));
            return run(words, Line.of(words));
        } catch (UsageException e) {
            return fail(2, e.getMessage());
        } catch (RefusedException e) {
            return fail(1, e.getMessage());
        } catch (IOException e) {
            return fail(1, e.getClass().getSimpleName() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            return 1;
        } catch (InvalidPathException e) {
            return fail(2, "\"" + e.getInput() + "\" is no path.");
        } catch (RuntimeException e) {
            return fail(1, "The server answered what this version of cloister does not understand (" + e + ").");
        }
    }

    private int run(List<String> words, Line line) throws IOException, InterruptedException {
        Command command = line.command();
        if (line.has("--help") || command == null) {
            out.print(command == null ? Help.of(line.arguments()) : Help.of(command));
            return 0;
        }
        switch (command.name()) {
            case "help" -> out.print(line.has("--man") ? Manual.page() : Help.of(line.arguments()));
            case "completion" -> out.print(Completion.of(line.argument(0)));
            case "audit verify" -> {
                return verify(words.subList(2, words.size()));
            }
            default -> {
                return ask(new Call(line, new Api(Access.of(line, environment)), terminal, out, err));
            }
        }
        return 0;
    }

    private int verify(List<String> words) throws IOException {
        try {
            return AuditVerify.run(words, out);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static int ask(Call call) throws IOException, InterruptedException {
        return switch (call.line().command().group()) {
            case "tenant" -> Tenants.run(call);
            case "key" -> Keys.run(call);
            case "snapshot" -> Snapshots.run(call);
            case "template" -> Offers.templates(call);
            case "plan" -> Offers.plans(call);
            case "audit" -> Audits.run(call);
            case "events" -> Events.run(call);
            case "top" -> Top.run(call);
            case "account" -> Accounts.accounts(call);
            case "passkey" -> Accounts.passkeys(call);
            case "token" -> Accounts.tokens(call);
            default ->
                throw new IllegalStateException(
                        "nobody does " + call.line().command().name());
        };
    }

    private int complete(List<String> words) throws IOException {
        Line nothing = new Line(null, List.of(), new HashMap<>());
        out.print(Completion.names(new Api(Access.of(nothing, environment)), words));
        return 0;
    }

    /** One line, whatever is in it. */
    private int fail(int exit, String sentence) {
        err.println("cloister: " + Terminal.plain(String.valueOf(sentence)));
        return exit;
    }
}
