package org.cloister.agent.posture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.cloister.protocol.Frames;
import org.cloister.protocol.PostureCheck;
import org.cloister.protocol.PostureCheck.State;

/** Whether the machine passes on strangers' packets. What tenants send is the business of the agent's own table. */
final class Routing {

    static final String FOUR = "net.ipv4.ip_forward";
    static final String SIX = "net.ipv6.conf.all.forwarding";

    private Routing() {}

    /**
     * @param four and {@code six} the settings' values
     * @param chains what {@code nft -j list chains} prints (libnftables-json(5))
     */
    static List<PostureCheck> judge(String four, String six, String chains) {
        return List.of(judge(FOUR, four, closes(chains, "ip")), judge(SIX, six, closes(chains, "ip6")));
    }

    private static PostureCheck judge(String key, String forwarding, boolean closed) {
        boolean good = forwarding.equals("0") || closed;
        return new PostureCheck(
                key,
                good ? State.GOOD : State.WEAK,
                "0, or behind a forward chain of policy drop",
                forwarding + (forwarding.equals("0") ? "" : closed ? " behind such a chain" : " without such a chain"),
                "The machine carries packets between its networks for whoever sends them.",
                good
                        ? ""
                        : "chain forward { type filter hook forward priority 0; policy drop; iifname \"ct*\" accept; oifname \"ct*\" accept; } in a table inet of /etc/nftables.conf, with what else the machine forwards",
                null);
    }

    private static boolean closes(String chains, String family) {
        try {
            for (JsonNode each : Frames.JSON.readTree(chains).path("nftables")) {
                JsonNode chain = each.path("chain");
                String of = chain.path("family").asText();
                if (chain.path("hook").asText().equals("forward")
                        && chain.path("policy").asText().equals("drop")
                        && (of.equals("inet") || of.equals(family))) return true;
            }
            return false;
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
