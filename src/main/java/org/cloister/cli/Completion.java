package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.StringJoiner;

/**
 * The table of commands as a shell's completion. Words of the table are in the script; names come from the API, by
 * "cloister complete KIND", which stands in no help.
 */
final class Completion {

    /** What bash expands (compgen -W) and what a shell could take for more than a name is left out. */
    private static final String SAFE = "[A-Za-z0-9][A-Za-z0-9._-]*";

    private Completion() {}

    static String of(String shell) {
        return switch (shell) {
            case "bash" -> bash();
            case "zsh" -> "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n" + bash();
            default -> throw new UsageException("There are completions for bash and zsh.");
        };
    }

    private static String bash() {
        StringJoiner commands = new StringJoiner("\n");
        for (String group : Commands.groups()) {
            StringJoiner verbs = new StringJoiner(" ");
            for (Command command : Commands.of(group)) {
                if (!command.verb().isEmpty()) verbs.add(command.verb());
                commands.add(command(command));
            }
            if (verbs.length() > 0) commands.add("        '" + group + "') next='" + verbs + "' ;;");
        }
        StringJoiner valued = new StringJoiner("|");
        StringJoiner kinds = new StringJoiner("\n");
        Commands.ALL.stream()
                .flatMap(command -> command.allOptions().stream())
                .filter(option -> option.value() != null)
                .distinct()
                .forEach(option -> {
                    if (!("|" + valued + "|").contains("|" + option.name() + "|")) {
                        valued.add(option.name());
                        kinds.add("        " + option.name() + ") kind=" + kind(option.value()) + " ;;");
                    }
                });
        return SCRIPT.replace("@GROUPS@", String.join(" ", Commands.groups()))
                .replace("@VALUED@", valued.toString())
                .replace("@KINDS@", kinds.toString())
                .replace("@COMMANDS@", commands.toString());
    }

    private static String command(Command command) {
        StringJoiner options = new StringJoiner(" ");
        command.allOptions().forEach(option -> options.add(option.name()));
        StringJoiner places = new StringJoiner(" ");
        command.places().forEach(place -> places.add(kind(place)));
        return "        '" + command.name() + "') options='" + options + "' places=(" + places + ") ;;";
    }

    private static String kind(String place) {
        return place.replaceAll("[^A-Z]", "");
    }

    private static final String SCRIPT = """
            _cloister() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
                local one skip='' next='' options='' kind='' count=0 first='' second='' owner=''
                local -a places
                places=()
                for one in "${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
                    if [[ -n $skip ]]; then skip=''; continue; fi
                    case $one in
                    @VALUED@) skip=yes ;;
                    -?*) ;;
                    *)
                        count=$((count + 1))
                        case $count in 1) first=$one ;; 2) second=$one ;; 3) owner=$one ;; esac
                        ;;
                    esac
                done
                case "$first $second" in
                ' ') next='@GROUPS@' ;;
                'completion '*) first=completion count=$((count + 1)) ;;
                esac
                case "$first${second:+ $second}" in
            @COMMANDS@
                esac
                if ((count >= 2)); then kind=${places[count-2]}; fi
                case $before in
            @KINDS@
                esac
                COMPREPLY=()
                case $kind in
                FILE|RECORD) COMPREPLY=($(compgen -f -- "$word")); return ;;
                SHELL) next='bash zsh' ;;
                SCOPE) next='all read' ;;
                ROLE) next='admin auditor tenant' ;;
                TENANT|PLAN|TEMPLATE|ACCOUNT|PASSKEY|TOKEN|AUDIT|SNAPSHOT|LIMITVALUE)
                    next=$("${COMP_WORDS[0]}" complete "$kind" "$owner" 2>/dev/null) ;;
                esac
                if [[ $word == -* ]]; then next=$options; fi
                COMPREPLY=($(compgen -W "$next" -- "$word"))
            }
            complete -F _cloister cloister
            """;

    /** The names of a kind, one a line, where they are names and nothing else. */
    static String names(Api api, List<String> words) {
        String kind = words.isEmpty() ? "" : words.getFirst();
        StringJoiner names = new StringJoiner("\n", "", "\n").setEmptyValue("");
        if (kind.equals("LIMITVALUE")) {
            for (var limit : org.cloister.protocol.Limit.values()) names.add(limit.key() + "=");
            return names.toString();
        }
        String of = words.size() > 1 && words.get(1).matches(SAFE) ? words.get(1) : "-";
        JsonNode answer = switch (kind) {
            case "TENANT" -> api.all("/tenants");
            case "PLAN" -> api.get("/plans");
            case "TEMPLATE" -> api.get("/templates");
            case "ACCOUNT" -> api.get("/accounts");
            case "PASSKEY" -> api.get("/passkeys");
            case "TOKEN" -> api.get("/tokens");
            case "AUDIT" -> api.get("/audits");
            case "SNAPSHOT" -> api.get("/tenants/" + of + "/snapshots");
            default -> Api.object();
        };
        for (JsonNode one : answer) {
            String name = one.path(
                            switch (kind) {
                                case "TEMPLATE" -> "suite";
                                case "PASSKEY", "TOKEN", "AUDIT", "SNAPSHOT" -> "id";
                                default -> "name";
                            })
                    .asText();
            if (name.matches(SAFE)) names.add(name);
        }
        return names.toString();
    }
}
