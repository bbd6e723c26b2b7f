package dev.piecewise.tracker.ledger;

import dev.piecewise.core.PieceLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where an artifact's pieces lie in its objects: a piece may end one object, cover some and begin another. */
public final class ObjectSpans {
    private final PieceLayout layout;
    private final long[] starts;

    /** @param sizes of the objects in torrent order, in bytes; their sum is the layout's total */
    public ObjectSpans(PieceLayout layout, List<Long> sizes) {
        this.layout = layout;
        this.starts = new long[sizes.size() + 1];
        for (int i = 0; i < sizes.size(); i++) {
            starts[i + 1] = starts[i] + sizes.get(i);
        }
        if (starts[sizes.size()] != layout.totalBytes()) {
            throw new IllegalArgumentException(
                    "objects of " + starts[sizes.size()] + " bytes, layout of " + layout.totalBytes());
        }
    }

    /** How the artifact is cut. */
    public PieceLayout layout() {
        return layout;
    }

    /** Number of objects. */
    public int objects() {
        return starts.length - 1;
    }

    /** Where an object begins in the artifact. */
    public long startOf(int object) {
        return starts[object];
    }

    /** Size of an object in bytes. */
    public long sizeOf(int object) {
        return starts[object + 1] - starts[object];
    }

    /** The bytes of a run of pieces, in order; adjacent spans are of different objects, empty objects have none. */
    public List<Span> of(int firstPiece, int pieceCount) {
        int lastPiece = firstPiece + pieceCount - 1;
        long from = layout.offsetOf(firstPiece);
        long end = layout.offsetOf(lastPiece) + layout.lengthOf(lastPiece);
        int object = Arrays.binarySearch(starts, from);
        object = object < 0 ? -object - 2 : object;
        List<Span> spans = new ArrayList<>();
        for (; object < objects() && starts[object] < end; object++) {
            long first = Math.max(from, starts[object]);
            long last = Math.min(end, starts[object + 1]);
            if (first < last) {
                spans.add(new Span(object, first - starts[object], last - starts[object]));
            }
        }
        return spans;
    }
}
