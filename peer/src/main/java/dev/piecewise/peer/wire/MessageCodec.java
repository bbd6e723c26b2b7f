package dev.piecewise.peer.wire;

import bt.metainfo.TorrentId;
import bt.net.InetPeer;
import bt.net.Peer;
import bt.net.PeerId;
import bt.net.buffer.DelegatingByteBufferView;
import bt.protocol.DecodingContext;
import bt.protocol.EncodingContext;
import bt.protocol.Handshake;
import bt.protocol.InvalidMessageException;
import bt.protocol.Message;
import bt.protocol.StandardBittorrentProtocol;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The coding of handshakes and of all messages but blocks: bt-core's, and what it lacks. Of one thread. */
final class MessageCodec {
    static final int HANDSHAKE_BYTES = 68;
    private static final int FAST_BIT = 61; // BEP 6: the third lowest of the last byte
    private static final int EXTENSION_BIT = 43; // BEP 10
    private static final int PREFIX_BYTES = 4;
    /** Of the messages that have one length, with their number. */
    private static final Map<Integer, Integer> FIXED_BYTES = Map.of(
            FastMessage.SUGGEST_ID,
            5,
            FastMessage.HAVE_ALL_ID,
            1,
            FastMessage.HAVE_NONE_ID,
            1,
            FastMessage.REJECT_ID,
            13);

    private final StandardBittorrentProtocol protocol = new StandardBittorrentProtocol(Map.of());
    private final Peer nobody = InetPeer.build(InetAddress.getLoopbackAddress(), 1);
    private final EncodingContext encoding = new EncodingContext(nobody);

    /** What a peer says of itself in its handshake. */
    record Greeting(InfoHash infoHash, dev.piecewise.core.announce.PeerId peerId, boolean fast, boolean extended) {}

    ByteBuffer greeting(InfoHash infoHash, dev.piecewise.core.announce.PeerId self) {
        try {
            Handshake handshake =
                    new Handshake(new byte[8], TorrentId.fromBytes(infoHash.bytes()), PeerId.fromBytes(self.bytes()));
            handshake.setReservedBit(FAST_BIT);
            handshake.setReservedBit(EXTENSION_BIT);
            ByteBuffer bytes = ByteBuffer.allocate(HANDSHAKE_BYTES);
            encode(handshake, bytes);
            return bytes.flip();
        } catch (InvalidMessageException e) {
            throw new IllegalStateException("eight reserved bytes are right", e);
        }
    }

    /** @throws PeerFault if these bytes are no handshake */
    Greeting greeting(byte[] bytes) {
        if (bytes[0] != 19) {
            throw new PeerFault(Kind.FAILED, "no BitTorrent handshake");
        }
        if (decode(bytes, bytes.length, false) instanceof Handshake handshake) {
            return new Greeting(
                    InfoHash.of(handshake.getTorrentId().getBytes()),
                    dev.piecewise.core.announce.PeerId.of(handshake.getPeerId().getBytes()),
                    handshake.isReservedBitSet(FAST_BIT),
                    handshake.isReservedBitSet(EXTENSION_BIT));
        }
        throw new PeerFault(Kind.FAILED, "no BitTorrent handshake");
    }

    /** Appends the message, or nothing and false if there is no room. */
    boolean encode(Message message, ByteBuffer into) {
        if (!(message instanceof FastMessage fast)) {
            return protocol.encode(encoding, message, into);
        }
        int length = fast instanceof FastMessage.Extended extended
                ? 2 + extended.payload().length
                : FIXED_BYTES.get(fast.getMessageId());
        if (into.remaining() < PREFIX_BYTES + length) {
            return false;
        }
        into.putInt(length).put(fast.getMessageId().byteValue());
        if (fast instanceof FastMessage.Reject reject) {
            into.putInt(reject.piece()).putInt(reject.offset()).putInt(reject.length());
        } else if (fast instanceof FastMessage.Suggest suggest) {
            into.putInt(suggest.piece());
        } else if (fast instanceof FastMessage.Extended extended) {
            into.put((byte) extended.id()).put(extended.payload());
        }
        return true;
    }

    /**
     * A message that is no block.
     *
     * @param frame with its length prefix
     * @return null for a message that may be ignored
     * @throws PeerFault if it is malformed
     */
    @Nullable
    Message decode(byte[] frame, int length) {
        int id = frame[PREFIX_BYTES];
        if (id <= StandardBittorrentProtocol.CANCEL_ID && id >= 0) {
            return decode(frame, length, true);
        }
        int expected = FIXED_BYTES.getOrDefault(id, length - PREFIX_BYTES);
        if (length - PREFIX_BYTES != expected || (id == FastMessage.EXTENDED_ID && expected < 2)) {
            throw new PeerFault(Kind.FAILED, "a message " + id + " of " + length + " bytes");
        }
        ByteBuffer body = ByteBuffer.wrap(frame);
        return switch (id) {
            case FastMessage.HAVE_ALL_ID -> new FastMessage.HaveAll();
            case FastMessage.HAVE_NONE_ID -> new FastMessage.HaveNone();
            case FastMessage.SUGGEST_ID -> new FastMessage.Suggest(body.getInt(5));
            case FastMessage.REJECT_ID -> new FastMessage.Reject(body.getInt(5), body.getInt(9), body.getInt(13));
            case FastMessage.EXTENDED_ID ->
                new FastMessage.Extended(frame[5] & 0xff, Arrays.copyOfRange(frame, 6, length));
            default -> null; // permissions to ask while choked, DHT ports
        };
    }

    private Message decode(byte[] frame, int length, boolean message) {
        DecodingContext context = new DecodingContext(nobody);
        try {
            int used = protocol.decode(context, new DelegatingByteBufferView(ByteBuffer.wrap(frame, 0, length)));
            Message decoded = context.getMessage();
            if (used != length || decoded == null || message == decoded instanceof Handshake) {
                throw new PeerFault(Kind.FAILED, "not a message");
            }
            return decoded;
        } catch (InvalidMessageException | IllegalStateException | IllegalArgumentException e) {
            throw new PeerFault(Kind.FAILED, "not a message: " + e.getMessage(), e);
        }
    }
}
