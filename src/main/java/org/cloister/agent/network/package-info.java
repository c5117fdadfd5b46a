/**
 * The network of one instance's tenants: routed links without ARP that end in a network namespace of the instance's own,
 * the hub, and one link, the gate, that leads from there to the machine.
 *
 * <pre>
 * tenant eth0 ── ct2 ─┐
 * tenant eth0 ── ct3 ─┤ hub ── gate ── ctgate1 │ machine ── default routes
 * </pre>
 *
 * <p>Each side is closed twice, by an nft table and by routing rules that go by the marks which only that table gives. So a
 * table that is flushed, by whomever, leaves no network rather than an open one; the agent hears of it and loads it again.
 * In the hub ({@code hub.nft}) sources are checked, tenants are parted from each other, private ranges are closed,
 * connections and bytes are counted; nothing on the machine has a hand in it. At the gate ({@code machine.nft}) the
 * machine itself is closed, and what goes out is given its address.
 *
 * <p>Tenants reach the internet by the machine's default routes and by nothing else that it has routes for: not even an
 * address on a network that it is on, for each of those would leave an entry in a neighbour table that all share. Their
 * own links need two fixed entries each, which do not count against its size (neighbour(7), arp(7)).
 *
 * <p>Everything is keyed by the link's name, so that a thousand tenants walk no more rules than ten. A tenant's elements are
 * there before its link is, and a reload is one transaction in which counters and connections live on.
 */
package org.cloister.agent.network;
