package dev.piecewise.peer.btcore;

import bt.protocol.Message;
import dev.piecewise.peer.extension.ExtensionMessage;
import java.nio.ByteBuffer;

/** Extension messages (BEP 10), which bt-core neither decodes nor encodes here. */
sealed interface Extended extends Message {
    /** @param payload valid until the connection's next read */
    record Incoming(int id, ByteBuffer payload) implements Extended {}

    record Outgoing(ExtensionMessage message) implements Extended {}

    @Override
    default Integer getMessageId() {
        return ExtensionMessage.WIRE_ID;
    }
}
