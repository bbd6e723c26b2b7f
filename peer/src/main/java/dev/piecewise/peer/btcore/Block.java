package dev.piecewise.peer.btcore;

import bt.protocol.Message;
import bt.protocol.StandardBittorrentProtocol;
import java.nio.ByteBuffer;

/**
 * An incoming {@code piece} message with its bytes, which bt-core's own keeps elsewhere.
 *
 * @param data valid until the connection's next read
 */
record Block(int piece, int offset, ByteBuffer data) implements Message {
    @Override
    public Integer getMessageId() {
        return StandardBittorrentProtocol.PIECE_ID;
    }
}
