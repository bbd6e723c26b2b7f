package dev.piecewise.peer;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.EncodedInfo;
import java.net.InetSocketAddress;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
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

    /** {@link PieceHashes} has hashes of these pieces now, which it had not when the swarm was joined. */
    void hashesKnown(BitSet pieces);

    /**
     * The swarm is found under another infohash, too, and announced under that one from now on. Connections stay, and peers that
     * know it by a former infohash go on finding it.
     *
     * @param metadata its info dictionary, if it is known now; given to peers that connect from now on (BEP 9)
     */
    void alsoKnownAs(InfoHash infoHash, Optional<EncodedInfo> metadata);

    /** Whether it is found under this infohash. */
    boolean isKnownAs(InfoHash infoHash);

    /** These peers joined it just now; they were told of this one and probably call, so they are called after a moment. */
    void introduce(List<InetSocketAddress> newcomers);

    /** Announces itself soon, whenever it did last. */
    void announce();

    /** Completes exceptionally when the swarm cannot go on (full disk, ...); never completes normally before close. */
    CompletionStage<Void> failure();

    /**
     * @param peers connections now
     * @param downloadedBytes payload received from peers; this and the two other counts of what is received grow by whole units of
     *     16 KiB
     * @param uploadedBytes payload sent to peers
     * @param piecesFromPeers pieces received from peers and verified
     * @param piecesRefused pieces whose bytes did not match their hash
     * @param duplicateBytes payload received from peers in vain, not in {@code downloadedBytes}: there already or wanted no more
     * @param refusedBytes of {@code downloadedBytes}, those of refused pieces
     * @param fromPlaces all payload received, by how far away the peer was
     */
    record Stats(
            int peers,
            long downloadedBytes,
            long uploadedBytes,
            int piecesFromPeers,
            int piecesRefused,
            long duplicateBytes,
            long refusedBytes,
            FromPlaces fromPlaces) {}

    /**
     * Payload received, in vain or not; what came from peers of unknown places is in none of these.
     *
     * @param sameZone but not of the same rack, as far as is known
     */
    record FromPlaces(long sameRack, long sameZone, long otherZone) {
        /** Nothing. */
        public static final FromPlaces NONE = new FromPlaces(0, 0, 0);

        /** Both together. */
        public FromPlaces plus(FromPlaces more) {
            return new FromPlaces(sameRack + more.sameRack, sameZone + more.sameZone, otherZone + more.otherZone);
        }
    }

    /** Says goodbye to peers and tracker, releases the port, leaves the bytes. */
    @Override
    void close();
}
