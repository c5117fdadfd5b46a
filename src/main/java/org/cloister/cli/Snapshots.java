package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The commands that begin with "snapshot". */
final class Snapshots {

    private Snapshots() {}

    static int run(Call call) {
        String tenant = call.line().argument(0);
        String path = "/tenants/" + call.part(0) + "/snapshots";
        return switch (call.verb()) {
            case "take" -> take(call, path);
            case "restore" -> {
                call.confirm(tenant, "set " + tenant + " back; what came since is gone");
                JsonNode done = call.change("POST", path + "/" + call.part(1) + "/restore", null);
                yield call.goesOn(done) ? 0 : call.say(done, tenant + " is set back.");
            }
            case "remove" -> {
                JsonNode done = call.change("DELETE", path + "/" + call.part(1), null);
                yield call.goesOn(done) ? 0 : call.say(done, "The snapshot is removed.");
            }
            default -> list(call, call.api().get(path));
        };
    }

    private static int take(Call call, String path) {
        ObjectNode wish = Api.object();
        if (call.line().has("--note")) wish.put("note", call.line().value("--note"));
        JsonNode done = call.change("POST", path, wish);
        if (call.goesOn(done)) return 0;
        String id = done.get("subject").asText();
        for (JsonNode snapshot : call.api().get(path))
            if (snapshot.get("id").asText().equals(id)) return call.say(snapshot, id);
        throw new RefusedException("The snapshot was removed again.");
    }

    private static int list(Call call, JsonNode snapshots) {
        Table table = new Table("SNAPSHOT", "TAKEN", "NOTE");
        for (JsonNode snapshot : snapshots)
            table.row(
                    Values.text(snapshot, "id"), Values.time(snapshot.path("takenAt")), Values.text(snapshot, "note"));
        return call.print(snapshots, table, "There is no snapshot.");
    }
}
