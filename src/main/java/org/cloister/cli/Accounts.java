package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The commands that begin with "account", "passkey" and "token": who may ask. */
final class Accounts {

    private Accounts() {}

    static int accounts(Call call) {
        Line line = call.line();
        return switch (call.verb()) {
            case "create" -> {
                ObjectNode wish = Api.object().put("name", line.argument(0)).put("role", line.value("--role"));
                if (line.has("--tenant")) wish.put("tenant", line.value("--tenant"));
                yield link(call, call.api().send("POST", "/accounts", wish));
            }
            case "reset" -> link(call, call.api().send("POST", "/accounts/" + call.part(0) + "/reset", null));
            case "delete" -> {
                call.api().send("DELETE", "/accounts/" + call.part(0), null);
                yield call.say(null, "The account " + line.argument(0) + " is deleted.");
            }
            default -> listAccounts(call);
        };
    }

    /** On standard output the link alone, to be handed on. */
    private static int link(Call call, JsonNode account) {
        JsonNode link = account.path("link");
        call.err().println("It signs in once, until " + Values.time(link.path("expiresAt")) + ".");
        return call.say(account, link.path("url").asText());
    }

    private static int listAccounts(Call call) {
        JsonNode accounts = call.api().get("/accounts");
        Table table = new Table("NAME", "ROLE", "TENANT", "PASSWORD", "PASSKEYS", "SECOND FACTOR", "CREATED");
        for (JsonNode account : accounts)
            table.row(
                    Values.text(account, "name"),
                    Values.text(account, "role"),
                    Values.text(account, "tenant"),
                    account.path("password").asBoolean() ? "yes" : "no",
                    Values.text(account, "passkeys"),
                    account.path("secondFactor").asBoolean() ? "yes" : "no",
                    Values.time(account.path("createdAt")));
        return call.print(accounts, table, "There is no account.");
    }

    static int passkeys(Call call) {
        if (call.verb().equals("remove")) {
            call.api().send("DELETE", "/passkeys/" + call.part(0), null);
            return call.say(null, "The passkey is removed.");
        }
        JsonNode passkeys = call.api().get("/passkeys");
        Table table = new Table("PASSKEY", "NAME", "ADDED", "USED");
        for (JsonNode passkey : passkeys)
            table.row(
                    Values.text(passkey, "id"),
                    Values.text(passkey, "name"),
                    Values.time(passkey.path("createdAt")),
                    Values.time(passkey.path("usedAt")));
        return call.print(passkeys, table, "There is no passkey. One is added on your page, in a browser.");
    }

    static int tokens(Call call) {
        Line line = call.line();
        return switch (call.verb()) {
            case "create" -> {
                ObjectNode wish = Api.object().put("name", line.argument(0)).put("scope", line.value("--scope"));
                JsonNode token =
                        call.api().send("POST", "/tokens", wish.put("days", line.number("--days", 0, 999_999)));
                call.err()
                        .println(
                                "It is shown this once, and lasts until " + Values.time(token.path("expiresAt")) + ".");
                yield call.say(token, token.path("token").asText());
            }
            case "remove" -> {
                call.api().send("DELETE", "/tokens/" + call.part(0), null);
                yield call.say(null, "The token is removed.");
            }
            default -> listTokens(call);
        };
    }

    private static int listTokens(Call call) {
        JsonNode tokens = call.api().get("/tokens");
        Table table = new Table("TOKEN", "NAME", "SCOPE", "EXPIRES", "USED");
        for (JsonNode token : tokens)
            table.row(
                    Values.text(token, "id"),
                    Values.text(token, "name"),
                    Values.text(token, "scope"),
                    Values.time(token.path("expiresAt")),
                    Values.time(token.path("usedAt")));
        return call.print(tokens, table, "There is no token.");
    }
}
