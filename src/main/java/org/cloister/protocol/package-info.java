/**
 * The messages between manager and agent, and the client that the manager sends them with.
 *
 * <p>One request a connection over a unix stream socket: a frame is a 4-byte big-endian length and that many bytes of
 * JSON. The manager sends one {@link org.cloister.protocol.Request}; the agent answers with any number of
 * {@link org.cloister.protocol.Reply.Progress} frames and one last frame of another kind. Descriptors travel with
 * SCM_RIGHTS beside the first byte of the frame they belong to.
 *
 * <p>Knows neither the agent nor the manager, and no framework but Jackson and junixsocket.
 */
package org.cloister.protocol;
