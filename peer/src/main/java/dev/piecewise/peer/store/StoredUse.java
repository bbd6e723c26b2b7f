package dev.piecewise.peer.store;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an artifact was asked for by, and when last: the file {@code use} of its directory, two lines, whose mtime is the time, and a
 * third if it is not to stay.
 *
 * @param source a URI, or a magnet link without its trackers
 * @param version names what stood at the origin
 * @param kept whether somebody wants it to stay
 */
public record StoredUse(String source, String version, Instant last, boolean kept) {
    private static final String PASSING = "passing";
    private static final String NAME = "use";

    /** @throws TorrentFault if the disk refuses */
    static void record(Path directory, String source, String version, boolean kept) {
        Path file = directory.resolve(NAME);
        Path fresh = directory.resolve(NAME + ".new");
        try {
            Files.writeString(
                    fresh, source + "\n" + version + "\n" + (kept ? "" : PASSING + "\n"), StandardCharsets.UTF_8);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new TorrentFault(Kind.FAILED, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    static Optional<StoredUse> read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        try {
            List<String> lines =
                    Files.readString(file, StandardCharsets.UTF_8).lines().toList();
            boolean passing = lines.size() == 3 && lines.get(2).equals(PASSING);
            return lines.size() == 2 || passing
                    ? Optional.of(new StoredUse(
                            lines.get(0),
                            lines.get(1),
                            Files.getLastModifiedTime(file).toInstant(),
                            !passing))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
