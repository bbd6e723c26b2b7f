package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.BitSet;
import java.util.Optional;

/**
 * How one artifact of a data directory stands, as its records say; nothing is checked.
 *
 * @param use what it was asked for by, if that was recorded
 * @param lastUse when it was asked for last, or else was begun
 * @param piecesHeld of {@code content}
 * @param bytesStored of held pieces, and what arrived of others
 * @param filesLinked files that have another name, outside the data directory: published ones
 * @param bytesLinked their sizes; removing the artifact does not free these
 */
public record StoredState(
        ArtifactId id,
        ArtifactContent content,
        Optional<StoredUse> use,
        Instant lastUse,
        int piecesHeld,
        long bytesStored,
        int filesLinked,
        long bytesLinked) {
    static StoredState of(Path directory, ArtifactId id, ArtifactContent content) throws IOException {
        PieceLayout layout = content.layout();
        Optional<PieceJournal.Recorded> recorded = PieceJournal.read(directory.resolve("pieces"));
        BitSet held = recorded.map(PieceJournal.Recorded::held).orElseGet(BitSet::new);
        held.clear(layout.pieceCount(), Math.max(layout.pieceCount(), held.length()));
        long[] bytes = {held.stream().mapToLong(layout::lengthOf).sum()};
        recorded.ifPresent(of -> of.written()
                .forEach((piece, units) ->
                        bytes[0] += held.get(piece) ? 0 : (long) units.cardinality() * PieceLength.BLOCK_BYTES));
        int linked = 0;
        long bytesLinked = 0;
        ArtifactFiles files = ArtifactFiles.in(directory.resolve("files"), content);
        for (int file = 0; file < files.paths().size(); file++) {
            if (names(files.paths().get(file)) > 1) {
                linked++;
                bytesLinked += files.sizeOf(file);
            }
        }
        Optional<StoredUse> use = StoredUse.read(directory);
        Instant last = use.isPresent()
                ? use.get().last()
                : Files.getLastModifiedTime(directory.resolve("meta")).toInstant();
        return new StoredState(id, content, use, last, held.cardinality(), bytes[0], linked, bytesLinked);
    }

    private static int names(Path file) throws IOException {
        try {
            return ((Number) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS)).intValue();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
