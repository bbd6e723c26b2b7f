package dev.piecewise.peer.wire;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.PieceHashes;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.schedule.BlockRequest;
import dev.piecewise.peer.schedule.PieceProgress;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the bytes that peers send: written and hashed by workers, compared, and held if they are right. Of the swarm's
 * network thread.
 */
final class PieceArrivals {
    /** Who is told how pieces fare; on the network thread. */
    interface Outcome {
        /** All of the piece came, and it is the wrong one; its bytes are forgotten. */
        void refused(PieceProgress piece);

        void storeFailed(TorrentFault fault);
    }

    private final StoredArtifact storage;
    private final PieceLayout layout;
    private final PieceHashes hashes;
    private final Connection.Shared shared;
    private final SwarmFigures figures;
    private final Outcome outcome;
    private final Map<Integer, PieceAssembly> assemblies = new HashMap<>();
    private final BitSet fromPeers = new BitSet();

    PieceArrivals(
            StoredArtifact storage,
            PieceHashes hashes,
            Connection.Shared shared,
            SwarmFigures figures,
            Outcome outcome) {
        this.storage = storage;
        this.layout = storage.content().layout();
        this.hashes = hashes;
        this.shared = shared;
        this.figures = figures;
        this.outcome = outcome;
    }

    /** Whether the piece came from peers. */
    boolean isFromPeers(int piece) {
        return fromPeers.get(piece);
    }

    /** How many of those held came from peers. */
    int fromPeers() {
        return fromPeers.cardinality();
    }

    /** Passes on what did not arrive from someone else before; to be said before it counts as arrived. */
    void deliver(BlockRequest request, SharedBuffer buffer, int from, int length) {
        PieceProgress piece = request.piece();
        int offset = request.offset() + request.receivedBytes();
        int end = offset + length;
        int at = piece.nextLacking(offset, end);
        while (at < end) {
            int stop = piece.nextArrived(at, end);
            assembly(piece).add(buffer, from + at - offset, stop - at, at);
            at = piece.nextLacking(stop, end);
        }
    }

    /** The last byte of the piece arrived. */
    void completed(PieceProgress piece) {
        assembly(piece).completed();
    }

    private PieceAssembly assembly(PieceProgress piece) {
        return assemblies.computeIfAbsent(
                piece.index(),
                index -> new PieceAssembly(
                        storage,
                        index,
                        piece.isResumed() ? piece.arrivedInOrder() : 0,
                        shared.workers(),
                        shared.busy(),
                        new Assembled(piece)));
    }

    /** What becomes of a piece when all of it is hashed; on a worker. */
    private final class Assembled implements PieceAssembly.Outcome {
        private final PieceProgress piece;

        Assembled(PieceProgress piece) {
            this.piece = piece;
        }

        @Override
        public void hashed(PieceHash hash) {
            if (hashes.hash(piece.index()).filter(hash::equals).isPresent()) {
                verified(piece);
            } else {
                shared.loop().execute(() -> refuse(piece));
            }
        }

        @Override
        public void failed(TorrentFault fault) {
            shared.loop().execute(() -> outcome.storeFailed(fault));
        }
    }

    private void verified(PieceProgress piece) {
        try {
            figures.pieceFromPeers();
            shared.loop().execute(() -> {
                assemblies.remove(piece.index());
                fromPeers.set(piece.index());
            });
            storage.markHeld(piece.index());
        } catch (TorrentFault e) {
            shared.loop().execute(() -> outcome.storeFailed(e));
        }
    }

    private void refuse(PieceProgress piece) {
        figures.pieceRefused(layout.lengthOf(piece.index()));
        assemblies.remove(piece.index());
        onWorker(bench -> storage.forgetWritten(piece.index()));
        outcome.refused(piece);
    }

    /** The piece is held, whoever brought it. */
    void held(int piece) {
        PieceAssembly unfinished = assemblies.remove(piece);
        if (unfinished != null) {
            unfinished.abandon();
            onWorker(bench -> recheck(piece, bench));
        }
    }

    /** Peers' unverified bytes were being written while someone else marked the piece as held. */
    private void recheck(int piece, Workers.Bench bench) {
        hashes.hash(piece).ifPresent(wanted -> {
            PieceHash hash = new RunningHash().finish(storage, layout.offsetOf(piece), layout.lengthOf(piece), bench);
            if (!hash.equals(wanted)) {
                storage.drop(piece);
            }
        });
    }

    void dropped(int piece) {
        fromPeers.clear(piece);
    }

    private void onWorker(Workers.Task task) {
        shared.busy().enter();
        shared.workers().execute(bench -> {
            try {
                task.run(bench);
            } catch (TorrentFault e) {
                shared.loop().execute(() -> outcome.storeFailed(e));
            } finally {
                shared.busy().leave();
            }
        });
    }

    /** Has recorded what arrived of unfinished pieces, once it is written. */
    void checkpoint(Collection<PieceProgress> unfinished) {
        for (PieceProgress piece : unfinished) {
            @Nullable PieceAssembly assembly = assemblies.get(piece.index());
            if (assembly != null) {
                assembly.checkpoint(piece.newlyArrived());
            }
        }
    }

    /** Nothing more is written. */
    void abandon() {
        assemblies.values().forEach(PieceAssembly::abandon);
        assemblies.clear();
    }
}
