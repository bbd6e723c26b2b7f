package dev.piecewise.tracker.state;

import dev.piecewise.tracker.ledger.LedgerRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of what survives a restart. Replaying all events in order through the code that made them builds the same
 * state again. Names and fields are the file format: only ever add.
 */
public sealed interface Event {
    /** Fences up to this one were granted. */
    record FenceMark(long fence) implements Event {}

    /**
     * An artifact was resolved for the first time.
     *
     * @param profile by which it was asked for; absent in files of earlier releases, which knew only the default
     * @param directories absent in files of earlier releases
     * @param ranged absent in files of earlier releases, whose origins all served ranges
     */
    record ArtifactAdded(
            String id,
            String uri,
            String endpoint,
            @Nullable String profile,
            boolean singleFile,
            List<ObjectVersion> objects,
            @Nullable List<String> directories,
            int pieceBytes,
            boolean privateTorrent,
            @Nullable Boolean ranged)
            implements Event {}

    /**
     * One object of an artifact.
     *
     * @param crc which checksum the origin keeps of it; absent if none that can be compared, and in files of earlier releases
     * @param checksum in base64; absent if it was not asked for yet
     */
    record ObjectVersion(
            String key, String path, long sizeBytes, String version, @Nullable String crc, @Nullable String checksum) {}

    /**
     * The origin was asked for the checksum of an object.
     *
     * @param object its place in the artifact
     * @param checksum in base64; absent if it turned out to have none
     */
    record ChecksumLearned(String id, int object, @Nullable String checksum) implements Event {}

    /** The checksums of objects from this one on, as far as they were not learnt, are never asked for. */
    record ChecksumsGivenUp(String id, int from) implements Event {}

    /** The origin listed other directories than before. */
    record DirectoriesSeen(String id, List<String> directories) implements Event {}

    /** An artifact was asked for by another profile than before. */
    record ProfileSeen(String id, String profile) implements Event {}

    /**
     * All that is known of an artifact that was added before; replaces what came earlier.
     *
     * @param published whether its torrent was; absent in files of earlier releases, where that follows from the ledger
     */
    record LedgerSet(
            String id,
            LedgerRecord ledger,
            @Nullable String errorKind,
            @Nullable String error,
            @Nullable Boolean published)
            implements Event {}

    /** A lease was granted. */
    record Granted(String id, long fence, String nodeId, int firstPiece, int pieceCount, String at) implements Event {}

    /**
     * A piece was reported under a live lease, rightly or with a hash that differs from the known one.
     *
     * @param fromHolders bytes that did not come from the origin; absent in files of earlier releases, as below
     * @param checksums as in a {@link LedgerRecord.Piece}
     */
    record Reported(
            String id,
            long fence,
            long bytesRead,
            @Nullable Long fromHolders,
            int piece,
            String sha1,
            @Nullable List<@Nullable String> checksums)
            implements Event {}

    /** Bytes were read under a lease. */
    record Progressed(String id, long fence, long bytesRead, @Nullable Long fromHolders) implements Event {}

    /** A lease ended before all its pieces were reported; {@code outcome} is a {@code ReadOutcome}. */
    record Ended(String id, long fence, long bytesRead, @Nullable Long fromHolders, String outcome) implements Event {}

    /** An artifact failed. */
    record ArtifactFailed(String id, String errorKind, String error) implements Event {}

    /**
     * All hashes of an artifact came from a registered torrent; those that were known are among them.
     *
     * @param sha1s 40 hexadecimal digits a piece, joined
     */
    record HashesRegistered(String id, String sha1s) implements Event {}

    /** The hashes that came by registration and that no read has confirmed were forgotten. */
    record UnconfirmedForgotten(String id) implements Event {}

    /** A failed artifact was asked for anew. */
    record ArtifactRevived(String id) implements Event {}
}
