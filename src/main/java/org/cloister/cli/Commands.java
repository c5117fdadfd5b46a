package org.cloister.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The one table of commands: what is parsed, the help, the manual page and the completions are read from it. */
final class Commands {

    static final Option HELP = option("--help", "says this");

    /** What every command takes that asks the server. */
    static final List<Option> EVERYWHERE = List.of(
            option("--json", "prints what the API answered"),
            option("--url URL", "where Cloister is; else CLOISTER_URL, else this machine"),
            option(
                    "--token-file FILE",
                    "holds the token; else CLOISTER_TOKEN, ~/.config/cloister/token, or root's own"),
            option("--ca FILE", "a certificate (PEM) that vouches for the server's; else CLOISTER_CA"),
            HELP);

    static final Set<String> LOCAL = Set.of("audit verify", "completion", "help");

    private static final Option NO_WAIT = option("--no-wait", "does not wait until it is done");
    private static final Option YES = option("--yes", "does not ask");

    static final List<Command> ALL = List.of(
            command(
                    "tenant create",
                    "[NAME]",
                    "Makes a tenant, and starts it; or all of a file, and none where one line is wrong.",
                    option("--plan PLAN", "what it may use"),
                    option(
                            "--from FILE",
                            "lines of name,plan,template,key (CSV), instead of all else; - is standard input"),
                    option("--template TEMPLATE", "what it is made from; else the machine's own suite"),
                    option("--key FILE...", "public keys that log in, one a line; - is standard input"),
                    option("--no-start", "leaves it stopped"),
                    NO_WAIT),
            command("tenant list", "", "Lists the tenants that you may see."),
            command("tenant show", "TENANT", "Shows a tenant: its state, addresses and limits."),
            command("tenant start", "TENANT", "Starts it.", NO_WAIT),
            command("tenant stop", "TENANT", "Stops it; every process in it ends.", NO_WAIT),
            command("tenant restart", "TENANT", "Stops it and starts it again.", NO_WAIT),
            command("tenant freeze", "TENANT", "Halts every process in it where it is.", NO_WAIT),
            command("tenant thaw", "TENANT", "Lets them go on.", NO_WAIT),
            command(
                    "tenant set",
                    "TENANT [LIMIT=VALUE...]",
                    "Gives it another plan or other limits, by their names in the API; bytes as 512M or 2G, too.",
                    option("--plan PLAN", "brings its limits; those beside it override single ones"),
                    NO_WAIT),
            command(
                    "tenant delete",
                    "TENANT",
                    "Deletes it with everything in it, after asking for its name.",
                    YES,
                    NO_WAIT),
            command(
                    "tenant admins",
                    "TENANT yes|no",
                    "Says whether admins may open terminals in it; its own people alone may say so."),
            command("key add", "TENANT FILE...", "Lets public keys log in, one a line; - is standard input."),
            command("key list", "TENANT", "Lists the keys that log in."),
            command("key remove", "TENANT FINGERPRINT", "Takes a key away; its open sessions end."),
            command(
                    "snapshot take",
                    "TENANT",
                    "Keeps the tenant's files as they are.",
                    option("--note TEXT", "a line to know it again by"),
                    NO_WAIT),
            command("snapshot list", "TENANT", "Lists its snapshots, the oldest first."),
            command(
                    "snapshot restore",
                    "TENANT SNAPSHOT",
                    "Sets the tenant's files back, after asking for its name. What came since is gone.",
                    YES,
                    NO_WAIT),
            command("snapshot remove", "TENANT SNAPSHOT", "Removes a snapshot.", NO_WAIT),
            command("template list", "", "Lists what tenants are made from."),
            command(
                    "template build",
                    "[SUITE]",
                    "Builds a template; the machine's own suite where none is named.",
                    NO_WAIT),
            command("template remove", "TEMPLATE", "Removes a template; tenants made from it stay."),
            command("plan list", "", "Lists the plans."),
            command("plan show", "PLAN", "Shows a plan with all its limits."),
            command(
                    "audit run",
                    "",
                    "Tries to break out of every tenant; exit status 0 where all attempts failed.",
                    NO_WAIT),
            command("audit list", "", "Lists the latest audits.", option("--limit NUMBER", "how many; else 20")),
            command("audit show", "AUDIT", "Shows what an audit found."),
            command(
                    "audit verify",
                    "RECORD...",
                    "Checks signed records (RECORD.json with RECORD.json.sig beside it, or RECORDS.zip) without a server:"
                            + " who signed them, that no byte changed, and that none is missing between the first and the"
                            + " last. A new key counts where a record of the one before names it.",
                    option("--signers FILE", "the keys that may sign, as the machine keeps them in keys/audit.signers"),
                    option(
                            "--head NUMBER:SHA256...",
                            "what somebody noted down of the last record: finds a chain that was cut"),
                    option("--anchor FILE...", "the same for each line of the file that CLOISTER_ANCHOR names")),
            command("audit rotate", "", "Has records signed with a new key, which the old one vouches for."),
            command(
                    "events",
                    "",
                    "Prints the end of the log of events.",
                    option("--follow", "goes on with what comes, until interrupted"),
                    option("--tenant TENANT", "those of one tenant"),
                    option("--limit NUMBER", "how many of the past; else 20")),
            command("top", "", "Shows what tenants use, on a terminal every second until interrupted."),
            command("account list", "", "Lists who signs in."),
            command(
                    "account create",
                    "NAME",
                    "Makes an account and prints a link that signs in once.",
                    option("--role ROLE!", "admin, auditor or tenant"),
                    option("--tenant TENANT", "whose owner it is, where the role is tenant")),
            command(
                    "account reset",
                    "ACCOUNT",
                    "Takes its password, passkeys, second factor and tokens; prints a new link."),
            command("account delete", "ACCOUNT", "Deletes an account; whoever has it is out at once."),
            command("passkey list", "", "Lists the passkeys that sign you in."),
            command("passkey remove", "PASSKEY", "Removes one, by its id; the last second factor on your page alone."),
            command("token list", "", "Lists your tokens."),
            command(
                    "token create",
                    "NAME",
                    "Makes a token for a program and prints it, this once.",
                    option("--scope SCOPE!", "all, or read: such a token changes nothing"),
                    option("--days NUMBER!", "how long it lasts")),
            command("token remove", "TOKEN", "Ends a token, by its id."),
            command(
                    "completion",
                    "SHELL",
                    "Prints the completions for bash or zsh: source <(cloister completion bash)."),
            command("help", "[COMMAND...]", "Explains a command.", option("--man", "prints the manual page")));

    private Commands() {}

    private static Command command(String name, String arguments, String summary, Option... options) {
        return Command.of(name, arguments, summary, options);
    }

    private static Option option(String spec, String summary) {
        return Option.of(spec, summary);
    }

    /** Null if there is none. */
    static Command named(String name) {
        for (Command command : ALL) if (command.name().equals(name)) return command;
        return null;
    }

    static List<Command> of(String group) {
        return ALL.stream().filter(command -> command.group().equals(group)).toList();
    }

    /** The first words, in the order of the table. */
    static Set<String> groups() {
        Set<String> groups = new LinkedHashSet<>();
        ALL.forEach(command -> groups.add(command.group()));
        return groups;
    }

    /** " Did you mean …?" where something known is near what was typed; else nothing. */
    static String meant(String typed, Iterable<String> known) {
        List<String> near = new ArrayList<>();
        for (String one : known) if (distance(typed, one) <= Math.max(1, one.length() / 3)) near.add(one);
        near.sort(Comparator.comparingInt(one -> distance(typed, one)));
        return near.isEmpty() ? "" : " Did you mean \"" + near.getFirst() + "\"?";
    }

    /** How many letters must be changed, added, left out, or swapped with the next (Damerau and Levenshtein). */
    static int distance(String one, String other) {
        int[][] cost = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++)
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + change);
                if (i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1))
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        return cost[one.length()][other.length()];
    }
}
