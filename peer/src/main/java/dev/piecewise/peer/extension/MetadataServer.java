package dev.piecewise.peer.extension;

import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.metainfo.EncodedInfo;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Gives one peer the metadata (BEP 9), also of a private torrent: who knows the infohash and the announce key of a swarm is in
 * it. Each block is sent a few times at most, and a peer that goes on asking is one to leave.
 */
final class MetadataServer {
    private static final int SENDS_OF_A_BLOCK = 3;
    private static final int MAX_REJECTS = 256;

    private final ByteBuffer metadata;
    private final byte[] sends;
    private int rejects;

    MetadataServer(Optional<EncodedInfo> info) {
        this.metadata = info.map(EncodedInfo::view).orElseGet(() -> ByteBuffer.allocate(0));
        this.sends = new byte[MetadataFetch.blocks(metadata.limit())];
    }

    /** Nothing if there is none to give: then every request is rejected. */
    Optional<Long> totalBytes() {
        return metadata.limit() == 0 ? Optional.empty() : Optional.of((long) metadata.limit());
    }

    /** @throws PeerFault if the peer asks for too much */
    MetadataMessage answer(MetadataMessage.Request request) {
        long block = request.block();
        if (block >= sends.length || sends[(int) block] >= SENDS_OF_A_BLOCK) {
            if (++rejects > MAX_REJECTS) {
                throw new PeerFault(Kind.FAILED, "asks for metadata again and again");
            }
            return new MetadataMessage.Reject(block);
        }
        sends[(int) block]++;
        int from = (int) block * MetadataMessage.BLOCK_BYTES;
        int length = Math.min(MetadataMessage.BLOCK_BYTES, metadata.limit() - from);
        return new MetadataMessage.Data(block, metadata.limit(), metadata.slice(from, length));
    }
}
