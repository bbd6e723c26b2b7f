package dev.piecewise.bench.engine;

import dev.piecewise.bench.Payload;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The torrents of a measurement: {@code files/NAME} and {@code torrents/NAME.torrent} in one directory. */
record Torrents(Path directory) {
    /** Writes so many files of equal size, and their torrents. */
    static Torrents create(Path directory, long totalBytes, int pieceBytes, int count, Optional<String> announce)
            throws IOException {
        Torrents torrents = new Torrents(directory);
        Files.createDirectories(torrents.files());
        Files.createDirectories(directory.resolve("torrents"));
        for (int i = 0; i < count; i++) {
            Path file = torrents.files().resolve("payload-" + i);
            long bytes = Payload.create(file, totalBytes / count).bytes();
            ArtifactContent content = new ArtifactContent(
                    "payload-" + i,
                    true,
                    List.of(new FileEntry("payload-" + i, bytes)),
                    new PieceLayout(bytes, pieceBytes));
            InfoDictionary info = new InfoDictionary(content, hashes(file, content.layout()), false);
            Files.write(
                    directory.resolve("torrents").resolve("payload-" + i + ".torrent"),
                    Metainfo.of(info, announce, List.of()).encode());
        }
        return torrents;
    }

    Path files() {
        return directory.resolve("files");
    }

    List<Path> torrentFiles() throws IOException {
        try (Stream<Path> found = Files.list(directory.resolve("torrents"))) {
            return found.sorted(Comparator.naturalOrder()).toList();
        }
    }

    List<Metainfo> all() throws IOException {
        List<Metainfo> all = new ArrayList<>();
        for (Path file : torrentFiles()) {
            all.add(Metainfo.parse(Files.readAllBytes(file)));
        }
        return all;
    }

    private static List<PieceHash> hashes(Path file, PieceLayout layout) throws IOException {
        List<PieceHash> hashes = new ArrayList<>();
        byte[] piece = new byte[layout.pieceBytes()];
        try (InputStream in = Files.newInputStream(file)) {
            for (int i = 0; i < layout.pieceCount(); i++) {
                int length = in.readNBytes(piece, 0, layout.lengthOf(i));
                MessageDigest sha1 = sha1();
                sha1.update(piece, 0, length);
                hashes.add(PieceHash.of(sha1.digest()));
            }
        }
        return hashes;
    }

    static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
