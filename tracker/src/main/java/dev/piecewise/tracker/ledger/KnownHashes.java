package dev.piecewise.tracker.ledger;

import dev.piecewise.core.PieceHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The hashes of an artifact's pieces, as far as they are known, and in which order they came: a list that only grows, so that a
 * reader goes on where it was. If hashes are forgotten another list begins, told by its {@link #generation}. Not thread-safe.
 */
public final class KnownHashes {
    private final @Nullable PieceHash[] hashes;
    private int[] order = new int[16];
    private int count;
    private int generation;

    KnownHashes(int pieces) {
        this.hashes = new PieceHash[pieces];
    }

    @Nullable
    PieceHash get(int piece) {
        return hashes[piece];
    }

    /** Of a piece whose hash was not known. */
    void put(int piece, PieceHash hash) {
        hashes[piece] = hash;
        if (count == order.length) {
            order = Arrays.copyOf(order, 2 * count);
        }
        order[count++] = piece;
    }

    void forget(IntPredicate which) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (which.test(order[i])) {
                hashes[order[i]] = null;
            } else {
                order[kept++] = order[i];
            }
        }
        generation += kept < count ? 1 : 0;
        count = kept;
    }

    /** Of every piece in order, once they are all known. */
    Optional<List<PieceHash>> all() {
        List<PieceHash> all = new ArrayList<>(hashes.length);
        for (PieceHash hash : hashes) {
            if (hash == null) {
                return Optional.empty();
            }
            all.add(hash);
        }
        return Optional.of(all);
    }

    /** How many are known. */
    public int count() {
        return count;
    }

    /** Changes when hashes are forgotten: what was at a place of the list may be elsewhere. */
    public int generation() {
        return generation;
    }

    /** The piece whose hash came to be known after so many others. */
    public int pieceAt(int place) {
        return order[place];
    }

    /** The hash that came to be known after so many others. */
    public PieceHash hashAt(int place) {
        PieceHash hash = hashes[pieceAt(place)];
        if (hash == null) {
            throw new IndexOutOfBoundsException("only " + count + " hashes are known");
        }
        return hash;
    }
}
