package dev.piecewise.peer.wire;

import dev.piecewise.core.PieceHash;
import dev.piecewise.peer.StoredArtifact;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The SHA-1 of a piece whose bytes come one after the other. */
final class RunningHash {
    private final MessageDigest sha1;
    private int digested;

    RunningHash() {
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /** How many bytes were hashed. */
    int digested() {
        return digested;
    }

    /** Goes by way of an array: for the digest that is cheaper than native memory. */
    void update(ByteBuffer bytes, Workers.Bench bench) {
        byte[] array = bench.array();
        digested += bytes.remaining();
        while (bytes.hasRemaining()) {
            int part = Math.min(array.length, bytes.remaining());
            bytes.get(array, 0, part);
            sha1.update(array, 0, part);
        }
    }

    /** Reads what was not hashed of the first bytes of the piece. */
    void read(StoredArtifact storage, long start, int bytes, Workers.Bench bench) {
        while (digested < bytes) {
            ByteBuffer staging = bench.staging();
            staging.limit(Math.min(staging.capacity(), bytes - digested));
            storage.read(start + digested, staging);
            update(staging.flip(), bench);
        }
    }

    /** Reads the rest of the piece back and gives its hash. */
    PieceHash finish(StoredArtifact storage, long start, int length, Workers.Bench bench) {
        read(storage, start, length, bench);
        return PieceHash.of(sha1.digest());
    }
}
