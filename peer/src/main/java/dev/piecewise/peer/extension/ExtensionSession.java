package dev.piecewise.peer.extension;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.Place;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.metainfo.EncodedInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The extension messages of one connection whose both handshakes have {@link ExtensionMessage#HANDSHAKE_BIT} set. What arrives
 * is given to {@link #receive}; what that returns is sent, in order. Memory and answers are bounded whatever arrives. Not
 * thread-safe.
 */
public final class ExtensionSession {
    /** How we want metadata messages to us to be numbered; any number but 0 would do. */
    private static final int METADATA_ID = 1;
    /** Likewise of claims ({@link ClaimMessage}), which are not for {@link #receive}. */
    public static final int CLAIM_ID = 2;

    private static final int MAX_PAYLOAD_BYTES = 64 * 1024;
    private static final String CLIENT = "Piecewise";

    private final ExtensionHandshake own;
    private final MetadataServer server;
    private final Optional<MetadataFetch> fetch;
    private @Nullable ExtensionHandshake peer;

    private ExtensionSession(
            int port,
            OptionalInt requestQueue,
            OptionalInt blockBytes,
            Optional<Place> place,
            Optional<EncodedInfo> metadata,
            Optional<MetadataFetch> fetch) {
        this.server = new MetadataServer(metadata);
        this.fetch = fetch;
        this.own = new ExtensionHandshake(
                OptionalInt.of(METADATA_ID),
                server.totalBytes(),
                OptionalInt.of(port),
                requestQueue,
                blockBytes,
                place.isPresent() ? OptionalInt.of(CLAIM_ID) : OptionalInt.empty(),
                place.orElse(Place.UNKNOWN),
                Optional.of(CLIENT));
    }

    /**
     * In a swarm whose metadata is known here; without it requests are rejected.
     *
     * @param port where this process accepts connections of the swarm
     * @param requestQueue how many requests for blocks are taken at once
     * @param blockBytes the largest block that is sent, if that is more than everyone's 16 KiB
     * @param place where this process stands, if it says so and hears of claims
     */
    public static ExtensionSession serving(
            int port, int requestQueue, OptionalInt blockBytes, Optional<Place> place, Optional<EncodedInfo> metadata) {
        return new ExtensionSession(port, OptionalInt.of(requestQueue), blockBytes, place, metadata, Optional.empty());
    }

    /** With a peer from whom the metadata is wanted. */
    public static ExtensionSession fetching(int port, InfoHash wanted) {
        return new ExtensionSession(
                port,
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new MetadataFetch(wanted)));
    }

    /** Our handshake: to be sent once, as the first extension message. */
    public ExtensionMessage handshake() {
        return new ExtensionMessage(ExtensionHandshake.ID, ByteBuffer.wrap(own.encode()), ByteBuffer.allocate(0));
    }

    /**
     * Takes a message.
     *
     * @param id how it is numbered: 0 for the extension handshake, else as ours says
     * @param payload what follows the number; what is kept of it is copied
     * @return the answers
     * @throws PeerFault if the peer lies or breaks the protocol: it is to be disconnected
     */
    public List<ExtensionMessage> receive(int id, ByteBuffer payload) {
        if (payload.remaining() > MAX_PAYLOAD_BYTES) {
            throw new PeerFault(Kind.FAILED, "an extension message of " + payload.remaining() + " bytes");
        }
        if (id != ExtensionHandshake.ID && id != METADATA_ID) {
            return List.of();
        }
        byte[] body = new byte[payload.remaining()];
        payload.duplicate().get(body);
        List<MetadataMessage> answers = id == METADATA_ID
                ? MetadataMessage.decode(body).map(this::onMetadata).orElse(List.of())
                : onHandshake(ExtensionHandshake.decode(body));
        OptionalInt theirId = peer == null ? OptionalInt.empty() : peer.metadataId();
        return theirId.isEmpty()
                ? List.of()
                : answers.stream()
                        .map(answer -> answer.encode(theirId.getAsInt()))
                        .toList();
    }

    private List<MetadataMessage> onHandshake(ExtensionHandshake handshake) {
        ExtensionHandshake known = peer == null ? handshake : handshake.orElse(peer);
        peer = known;
        if (known.metadataId().isEmpty() || fetch.isEmpty()) {
            return List.of();
        }
        return known.metadataBytes().map(fetch.get()::offered).orElse(List.of());
    }

    private List<MetadataMessage> onMetadata(MetadataMessage message) {
        if (message instanceof MetadataMessage.Request request) {
            return List.of(server.answer(request));
        }
        MetadataFetch asking =
                fetch.orElseThrow(() -> new PeerFault(Kind.FAILED, "sends metadata that nobody asked for"));
        if (message instanceof MetadataMessage.Data data) {
            return asking.onData(data);
        }
        throw new PeerFault(Kind.FAILED, "refuses block " + message.block() + " of the metadata");
    }

    /** What the peer says of itself, once it did. */
    public Optional<ExtensionHandshake> peer() {
        return Optional.ofNullable(peer);
    }

    /** Whether the peer has told all, and has no metadata to give. */
    public boolean isPointless() {
        return fetch.isPresent()
                && peer != null
                && (peer.metadataId().isEmpty() || peer.metadataBytes().isEmpty());
    }

    /** The metadata that was fetched, whole and with the right infohash; nothing until then. */
    public Optional<byte[]> metadata() {
        return fetch.flatMap(MetadataFetch::metadata);
    }
}
