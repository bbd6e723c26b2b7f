package dev.piecewise.peer.extension;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gets the metadata from one peer, all of it, so that it is known who lied when it does not match the infohash. Every deviation
 * is a {@link PeerFault}, after which this peer is to be left and another asked. Memory grows with the blocks that arrive, not
 * with the size that the peer claims.
 */
final class MetadataFetch {
    /** More than that is no info dictionary that we take: 800,000 pieces. */
    static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final int OUTSTANDING = 4;

    private final InfoHash wanted;
    private int totalBytes;
    private int asked;
    private final SortedMap<Integer, byte[]> received = new TreeMap<>();
    private byte @Nullable [] metadata;

    MetadataFetch(InfoHash wanted) {
        this.wanted = wanted;
    }

    static int blocks(int totalBytes) {
        return (totalBytes + MetadataMessage.BLOCK_BYTES - 1) / MetadataMessage.BLOCK_BYTES;
    }

    /** The peer has metadata of this size; told again, it must be the same. */
    List<MetadataMessage> offered(long bytes) {
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new PeerFault(
                    Kind.FAILED, "claims metadata of " + bytes + " bytes; at most " + MAX_BYTES + " are taken");
        }
        if (totalBytes == 0) {
            totalBytes = (int) bytes;
            return more();
        } else if (totalBytes != bytes) {
            throw new PeerFault(Kind.FAILED, "claims metadata of " + totalBytes + ", then of " + bytes + " bytes");
        }
        return List.of();
    }

    private List<MetadataMessage> more() {
        List<MetadataMessage> requests = new ArrayList<>();
        while (asked < blocks(totalBytes) && asked - received.size() < OUTSTANDING) {
            requests.add(new MetadataMessage.Request(asked++));
        }
        return requests;
    }

    List<MetadataMessage> onData(MetadataMessage.Data data) {
        if (data.block() >= asked || received.containsKey((int) data.block())) {
            throw new PeerFault(Kind.FAILED, "sends block " + data.block() + " of the metadata, which is not wanted");
        }
        int block = (int) data.block();
        int length = Math.min(MetadataMessage.BLOCK_BYTES, totalBytes - block * MetadataMessage.BLOCK_BYTES);
        if (data.totalBytes() != totalBytes || data.bytes().remaining() != length) {
            throw new PeerFault(
                    Kind.FAILED,
                    "sends " + data.bytes().remaining() + " of " + data.totalBytes() + " bytes for block " + block
                            + " of metadata of " + totalBytes);
        }
        byte[] copy = new byte[length];
        data.bytes().duplicate().get(copy);
        received.put(block, copy);
        if (received.size() == blocks(totalBytes)) {
            finish();
            return List.of();
        }
        return more();
    }

    private void finish() {
        ByteArrayOutputStream all = new ByteArrayOutputStream(totalBytes);
        received.values().forEach(all::writeBytes);
        byte[] bytes = all.toByteArray();
        if (!InfoHash.of(sha1(bytes)).equals(wanted)) {
            throw new PeerFault(Kind.FAILED, "its metadata does not match the infohash " + wanted);
        }
        metadata = bytes;
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /** The whole metadata, which matches the infohash; once it has arrived. */
    Optional<byte[]> metadata() {
        return Optional.ofNullable(metadata).map(byte[]::clone);
    }
}
