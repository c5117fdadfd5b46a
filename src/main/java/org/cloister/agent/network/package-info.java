/**
 * A tenant's link: a routed veth pair without ARP, and the nft table that decides what may cross it.
 *
 * <p>Everything is keyed by the link's name, so that a thousand tenants walk no more rules than ten. The table is closed
 * first: a tenant's elements are there before its link is, and a reload is one transaction. Should somebody else flush the
 * machine's rules, the agent notices within seconds and loads the table again; until then it is open.
 */
package org.cloister.agent.network;
