package dev.piecewise.peer.schedule;

import dev.piecewise.core.PieceLength;

/**
 * Something one peer owes us: a run of 16 KiB units of one piece. Toward stock clients it is one unit long, our own nodes send
 * longer runs at once.
 */
public final class BlockRequest {
    private final PieceProgress piece;
    private final int attempt;
    private final int firstUnit;
    private final int units;
    private final int length;
    private final long askedNanos;
    private final boolean alone;
    private int receivedBytes;

    BlockRequest(PieceProgress piece, int firstUnit, int units, long askedNanos, boolean alone) {
        this.piece = piece;
        this.attempt = piece.attempt();
        this.firstUnit = firstUnit;
        this.units = units;
        this.length = Math.min(units * PieceLength.BLOCK_BYTES, piece.length() - firstUnit * PieceLength.BLOCK_BYTES);
        this.askedNanos = askedNanos;
        this.alone = alone;
    }

    /** The piece it is part of. */
    public PieceProgress piece() {
        return piece;
    }

    /** First byte in the piece. */
    public int offset() {
        return firstUnit * PieceLength.BLOCK_BYTES;
    }

    public int length() {
        return length;
    }

    /** Bytes that came so far. */
    public int receivedBytes() {
        return receivedBytes;
    }

    /** Of these bytes, those in units that came to their end. */
    public int bytesInUnits() {
        return Math.min(length, unitsReceived() * PieceLength.BLOCK_BYTES);
    }

    int unitsReceived() {
        return receivedBytes == length ? units : receivedBytes / PieceLength.BLOCK_BYTES;
    }

    /** Whether its piece still is the one it was made for: not held by now, not begun anew. */
    public boolean isCurrent() {
        return attempt == piece.attempt();
    }

    int firstUnit() {
        return firstUnit;
    }

    int units() {
        return units;
    }

    long askedNanos() {
        return askedNanos;
    }

    /** Whether the peer owed nothing else when it was asked: the time to its first byte is a round trip. */
    boolean isAlone() {
        return alone;
    }

    void received(int bytes) {
        receivedBytes += bytes;
    }

    long key() {
        return key(piece.index(), offset());
    }

    static long key(int piece, int offset) {
        return ((long) piece << 32) | offset;
    }
}
