package dev.piecewise.core;

/**
 * How an artifact is cut into pieces. All piece arithmetic lives here: the last piece is usually short, and code that
 * forgets it corrupts the end of every file.
 *
 * @param totalBytes size of the artifact, all files concatenated; 0 gives no pieces
 * @param pieceBytes the piece length, see {@link PieceLength}
 */
public record PieceLayout(long totalBytes, int pieceBytes) {
    public PieceLayout {
        if (totalBytes < 0 || pieceBytes <= 0) {
            throw new IllegalArgumentException("no layout of " + totalBytes + " bytes in pieces of " + pieceBytes);
        }
        if (totalBytes / pieceBytes >= Integer.MAX_VALUE) {
            throw new IllegalArgumentException(totalBytes + " bytes make too many pieces of " + pieceBytes);
        }
    }

    /** Number of pieces, the short last one included. */
    public int pieceCount() {
        return Math.toIntExact(totalBytes / pieceBytes + (totalBytes % pieceBytes == 0 ? 0 : 1));
    }

    /** Whether an index that came off the wire names a piece of this artifact. */
    public boolean contains(int untrusted) {
        return untrusted >= 0 && untrusted < pieceCount();
    }

    /** Offset of the piece's first byte in the artifact; the index must be trusted, see {@link #contains(int)}. */
    public long offsetOf(int piece) {
        return (long) checked(piece) * pieceBytes;
    }

    /** Bytes in the piece; the index must be trusted, see {@link #contains(int)}. */
    public int lengthOf(int piece) {
        return (int) Math.min(pieceBytes, totalBytes - offsetOf(piece));
    }

    /** The piece that holds the byte at this offset, {@code 0 <= offset < totalBytes}. */
    public int pieceAt(long offset) {
        if (offset < 0 || offset >= totalBytes) {
            throw new IllegalArgumentException("no byte " + offset + " in " + totalBytes);
        }
        return Math.toIntExact(offset / pieceBytes);
    }

    private int checked(int piece) {
        if (!contains(piece)) {
            throw new IllegalArgumentException("no piece " + piece + " of " + pieceCount());
        }
        return piece;
    }
}
