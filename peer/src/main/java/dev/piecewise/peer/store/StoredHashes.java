package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceHash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Which stored pieces may have a given hash: an open hash table of 16 bytes for each piece, keyed by the first half of the SHA-1.
 * It may name pieces that are not held, or not any more: whoever asks reads and hashes them anyway. Not thread-safe.
 */
final class StoredHashes {
    private static final int FIRST_CAPACITY = 1 << 10; // a power of two

    private final List<ArtifactId> artifacts = new ArrayList<>();
    private long[] keys = new long[FIRST_CAPACITY];
    private int[] owners = new int[FIRST_CAPACITY]; // index of the artifact + 1; 0 is a free slot
    private int[] pieces = new int[FIRST_CAPACITY];
    private int size;

    /** One piece of one stored artifact. */
    record Place(ArtifactId artifact, int piece) {}

    /** Notes all pieces of an artifact. */
    void add(ArtifactId id, List<PieceHash> hashes) {
        artifacts.add(id);
        while ((size + hashes.size()) * 2L > keys.length) {
            grow();
        }
        for (int piece = 0; piece < hashes.size(); piece++) {
            put(key(hashes.get(piece)), artifacts.size(), piece);
        }
        size += hashes.size();
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldOwners = owners;
        int[] oldPieces = pieces;
        keys = new long[oldKeys.length * 2];
        owners = new int[keys.length];
        pieces = new int[keys.length];
        for (int slot = 0; slot < oldKeys.length; slot++) {
            if (oldOwners[slot] != 0) {
                put(oldKeys[slot], oldOwners[slot], oldPieces[slot]);
            }
        }
    }

    private void put(long key, int owner, int piece) {
        int slot = slot(key);
        while (owners[slot] != 0) {
            slot = (slot + 1) & (keys.length - 1);
        }
        keys[slot] = key;
        owners[slot] = owner;
        pieces[slot] = piece;
    }

    private int slot(long key) {
        return (int) key & (keys.length - 1);
    }

    private static long key(PieceHash hash) {
        return ByteBuffer.wrap(hash.bytes()).getLong();
    }

    /** Up to {@code atMost} places of other artifacts that may have this hash. */
    List<Place> find(PieceHash hash, ArtifactId except, int atMost) {
        List<Place> found = new ArrayList<>();
        long key = key(hash);
        for (int slot = slot(key); owners[slot] != 0 && found.size() < atMost; slot = (slot + 1) & (keys.length - 1)) {
            ArtifactId owner = artifacts.get(owners[slot] - 1);
            if (keys[slot] == key && !owner.equals(except)) {
                found.add(new Place(owner, pieces[slot]));
            }
        }
        return found;
    }
}
