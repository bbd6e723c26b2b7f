package dev.piecewise.peer;

import java.util.concurrent.CompletionStage;

/**
 * One torrent that this process takes part in: leeches until its storage is complete, then seeds until closed. Pieces
 * that anyone else marks as held in the storage are offered to peers too.
 */
public interface Swarm extends AutoCloseable {
    /** The port on which peers reach this swarm. */
    int port();

    /** Counters since it was opened. */
    Stats stats();

    /** Completes exceptionally when the swarm cannot go on (full disk, ...); never completes normally before close. */
    CompletionStage<Void> failure();

    /**
     * @param peers connections now
     * @param downloadedBytes payload received from peers
     * @param uploadedBytes payload sent to peers
     * @param piecesFromPeers pieces received from peers and verified
     * @param piecesRefused pieces whose bytes did not match their hash
     * @param duplicateBytes payload received from peers in vain, not in {@code downloadedBytes}: there already or wanted no more;
     *     what has come of a unit of 16 KiB that is still arriving counts until the rest has come
     * @param refusedBytes of {@code downloadedBytes}, those of refused pieces
     */
    record Stats(
            int peers,
            long downloadedBytes,
            long uploadedBytes,
            int piecesFromPeers,
            int piecesRefused,
            long duplicateBytes,
            long refusedBytes) {}

    /** Says goodbye to peers and tracker, releases the port, leaves the bytes. */
    @Override
    void close();
}
