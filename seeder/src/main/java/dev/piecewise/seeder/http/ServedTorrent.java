package dev.piecewise.seeder.http;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.InfoHash;
import dev.piecewise.peer.StoredArtifact;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a torrent by the names that clients put behind the web seed's URL (BEP 19): of one file its name, of several
 * the torrent's name and the path. No name ever becomes a path of this machine: what is not in the torrent is not found.
 */
final class ServedTorrent {
    private final InfoHash infoHash;
    private final StoredArtifact stored;
    private final PieceArrivals arrivals;
    private final Map<String, Integer> byName = new HashMap<>();
    private final List<Long> starts = new ArrayList<>();

    ServedTorrent(InfoHash infoHash, StoredArtifact stored, PieceArrivals arrivals) {
        this.infoHash = infoHash;
        this.stored = stored;
        this.arrivals = arrivals;
        ArtifactContent content = stored.content();
        long start = 0;
        for (FileEntry file : content.files()) {
            byName.put(content.singleFile() ? content.name() : content.name() + "/" + file.path(), starts.size());
            starts.add(start);
            start += file.sizeBytes();
        }
    }

    /** @param components decoded; none holds a slash */
    Optional<Representation> file(List<String> components) {
        return Optional.ofNullable(byName.get(String.join("/", components))).map(File::new);
    }

    private final class File implements Representation {
        private final int index;
        private final FileEntry entry;

        File(int index) {
            this.index = index;
            this.entry = stored.content().files().get(index);
        }

        @Override
        public long sizeBytes() {
            return entry.sizeBytes();
        }

        @Override
        public String etag() {
            return "\"" + infoHash + "-" + index + "\"";
        }

        /** Known once the file will not change any more. */
        @Override
        public Optional<Instant> lastModified() {
            if (!stored.isComplete()) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        Files.getLastModifiedTime(stored.files().get(index)).toInstant());
            } catch (IOException e) {
                return Optional.empty(); // someone removed it; reading will find out
            }
        }

        @Override
        public Bytes open() {
            stored.verifyStamps();
            return new PieceBytes(starts.get(index));
        }
    }

    private final class PieceBytes implements Representation.Bytes {
        private final long start;
        private int here = -1; // the piece that is known to be held

        PieceBytes(long start) {
            this.start = start;
        }

        @Override
        public void read(long offset, long end, ByteBuffer into) throws Unavailable, InterruptedException {
            long from = start + offset;
            int piece = stored.content().layout().pieceAt(from);
            if (piece != here) {
                arrivals.await(stored, piece, stored.content().layout().pieceAt(start + end - 1));
                here = piece;
            }
            long pieceEnd = stored.content().layout().offsetOf(piece)
                    + stored.content().layout().lengthOf(piece);
            long count = Math.min(into.remaining(), Math.min(pieceEnd - from, end - offset));
            into.limit(into.position() + (int) count);
            stored.read(from, into);
        }

        @Override
        public void close() {}
    }
}
