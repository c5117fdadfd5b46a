package org.cloister.manager.terminal;

import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPingMessage;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Inject;
import java.util.function.Consumer;

/** The socket of a terminal. Nothing here waits, so that no message waits behind another and takes memory. */
@WebSocket(path = "/tenants/{name}/terminal/stream")
class TerminalSocket {

    @Inject
    Terminals terminals;

    @OnOpen
    @NonBlocking
    void opened(WebSocketConnection socket) {
        terminals.open(socket, socket.userData().get(Opening.OF_CONNECTION));
    }

    @OnBinaryMessage
    @NonBlocking
    void typed(Buffer bytes, WebSocketConnection socket) {
        with(socket, terminal -> terminal.type(bytes.getBytes()));
    }

    @OnTextMessage
    @NonBlocking
    void said(String text, WebSocketConnection socket) {
        with(socket, terminal -> terminal.hear(text));
    }

    @OnPingMessage
    @NonBlocking
    void pinged(Buffer bytes, WebSocketConnection socket) {
        with(socket, Terminal::pinged);
    }

    @OnPongMessage
    @NonBlocking
    void ponged(Buffer bytes, WebSocketConnection socket) {
        with(socket, Terminal::heard);
    }

    @OnClose
    @NonBlocking
    void closed(WebSocketConnection socket) {
        terminals.closed(socket);
    }

    private void with(WebSocketConnection socket, Consumer<Terminal> told) {
        Terminal terminal = terminals.of(socket);
        if (terminal != null) told.accept(terminal);
    }
}
