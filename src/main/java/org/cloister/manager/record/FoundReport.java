package org.cloister.manager.record;

import org.cloister.protocol.Reply;

/** An audit's report that the agent had sealed and nobody had got. Whoever keeps such reports keeps this one. */
public record FoundReport(Reply.Sealed sealed) {}
