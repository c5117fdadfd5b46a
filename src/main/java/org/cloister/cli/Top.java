package org.cloister.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The command "top": what each running tenant uses, whoever uses most CPU time first. */
final class Top {

    private static final int MILLIS = 1000;

    private Top() {}

    /** @param at nanoseconds of this process's clock */
    private record Look(ObjectNode usage, long at) {}

    private record Row(double cpu, Object[] cells) {}

    static int run(Call call) throws InterruptedException {
        Look before = look(call.api());
        if (call.wantsJson()) return call.print(before.usage(), () -> "");
        boolean again = call.terminal().out();
        if (again) call.out().print("\033[2J");
        do {
            Thread.sleep(MILLIS);
            Look now = look(call.api());
            String text = table(before, now).text(again);
            call.out().print(again ? "\033[H" + text.replace("\n", "\033[K\n") + "\033[J" : text);
            call.out().flush();
            before = now;
        } while (again && !call.out().checkError());
        return 0;
    }

    private static Look look(Api api) {
        long at = System.nanoTime();
        ObjectNode usage = Api.object();
        for (JsonNode tenant : api.all("/tenants")) {
            if (!tenant.path("state").asText().matches("running|frozen")) continue;
            String name = tenant.get("name").asText();
            try {
                usage.set(name, api.get("/tenants/" + Api.part(name) + "/usage"));
            } catch (RefusedException e) {
                // It was stopped or deleted since the list was made: it uses nothing.
            }
        }
        return new Look(usage, at);
    }

    private static Table table(Look before, Look now) {
        List<Row> rows = new ArrayList<>();
        double seconds = (now.at() - before.at()) / 1e9;
        now.usage().properties().forEach(one -> {
            JsonNode usage = one.getValue();
            JsonNode was = before.usage().path(one.getKey());
            double cpu = rate(usage, was, "/cpu/used", seconds) / 1e4;
            rows.add(new Row(cpu, new Object[] {
                one.getKey(),
                Math.round(cpu) + " %",
                usage.at("/cpu/limit").asText() + " %",
                Values.bytes(usage.at("/memory/used").asDouble()),
                Values.bytes(usage.at("/memory/limit").asDouble()),
                Values.bytes(usage.at("/disk/used").asDouble()),
                Values.bytes(usage.at("/disk/limit").asDouble()),
                usage.at("/pids/used").asText(),
                Values.bytes(rate(usage, was, "/network/received/used", seconds)),
                Values.bytes(rate(usage, was, "/network/sent/used", seconds)),
                usage.at("/sessions/used").asText()
            }));
        });
        rows.sort(Comparator.comparingDouble(Row::cpu).reversed());
        Table table = new Table(
                "TENANT", ">CPU", ">OF", ">MEMORY", ">OF", ">DISK", ">OF", ">PROCS", ">IN/S", ">OUT/S", ">SESSIONS");
        for (Row row : rows) table.row(row.cells());
        return table;
    }

    /** 0 for what was not there before, or began anew. */
    private static double rate(JsonNode now, JsonNode was, String path, double seconds) {
        if (was.isMissingNode()) return 0;
        return Math.max(0, now.at(path).asLong() - was.at(path).asLong()) / seconds;
    }
}
