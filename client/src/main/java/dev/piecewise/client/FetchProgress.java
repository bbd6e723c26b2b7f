package dev.piecewise.client;

/**
 * Where a fetch stands. Rates are for the viewer to compute.
 *
 * @param phase what is going on
 * @param totalBytes size of the artifact; 0 until known
 * @param fileCount its files; 0 until known
 * @param pieceCount its pieces; 0 until known
 * @param piecesHashed pieces that the cluster has read from the origin and hashed
 * @param piecesHeld pieces that are here, verified
 * @param bytesFromPeers payload received from peers during this fetch
 * @param peers connections now
 * @param bytesUnpacked of the archive's bytes, how many are unpacked; 0 unless it is being unpacked
 * @param filesHeld files of which every piece is here
 * @param bytesFromOrigin body bytes of it that the cluster read from the origin since this fetch began, as far as is known
 */
public record FetchProgress(
        Phase phase,
        long totalBytes,
        int fileCount,
        int pieceCount,
        int piecesHashed,
        int piecesHeld,
        long bytesFromPeers,
        int peers,
        long bytesUnpacked,
        int filesHeld,
        long bytesFromOrigin) {
    /** With no file held, and nothing known of the origin. */
    FetchProgress(
            Phase phase,
            long totalBytes,
            int fileCount,
            int pieceCount,
            int piecesHashed,
            int piecesHeld,
            long bytesFromPeers,
            int peers,
            long bytesUnpacked) {
        this(
                phase,
                totalBytes,
                fileCount,
                pieceCount,
                piecesHashed,
                piecesHeld,
                bytesFromPeers,
                peers,
                bytesUnpacked,
                0,
                0);
    }

    FetchProgress withFilesHeld(int files) {
        return new FetchProgress(
                phase,
                totalBytes,
                fileCount,
                pieceCount,
                piecesHashed,
                piecesHeld,
                bytesFromPeers,
                peers,
                bytesUnpacked,
                files,
                bytesFromOrigin);
    }

    FetchProgress withBytesFromOrigin(long bytes) {
        return new FetchProgress(
                phase,
                totalBytes,
                fileCount,
                pieceCount,
                piecesHashed,
                piecesHeld,
                bytesFromPeers,
                peers,
                bytesUnpacked,
                filesHeld,
                bytes);
    }

    FetchProgress withPiecesHashed(int pieces) {
        return new FetchProgress(
                phase,
                totalBytes,
                fileCount,
                pieceCount,
                pieces,
                piecesHeld,
                bytesFromPeers,
                peers,
                bytesUnpacked,
                filesHeld,
                bytesFromOrigin);
    }

    /** In the order in which they come. */
    public enum Phase {
        /** The tracker is asked what the artifact is. */
        ASKING,
        /** Of a magnet link: its peers are asked what the torrent is. */
        METADATA,
        /** Seeders read it from the origin; nothing is here yet. */
        READING_ORIGIN,
        /** Pieces arrive from peers, perhaps while others are still being read from the origin. */
        DOWNLOADING,
        /** All is here and goes to its destination. */
        PUBLISHING,
        /** All is here, and the archive is unpacked. */
        UNPACKING
    }
}
