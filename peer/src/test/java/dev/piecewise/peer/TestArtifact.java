package dev.piecewise.peer;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.metainfo.InfoDictionary;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** An artifact of random bytes, with its hashes; another name has other bytes. */
@SuppressWarnings("ArrayRecordComponent")
public record TestArtifact(ArtifactId id, ArtifactContent content, byte[] bytes, List<PieceHash> hashes) {
    public static TestArtifact single(String name, int totalBytes, int pieceBytes) {
        return of(name, List.of(new FileEntry(name, totalBytes)), true, totalBytes, pieceBytes);
    }

    public static TestArtifact several(String name, List<FileEntry> files, int pieceBytes) {
        int total = (int) files.stream().mapToLong(FileEntry::sizeBytes).sum();
        return of(name, files, false, total, pieceBytes);
    }

    private static TestArtifact of(String name, List<FileEntry> files, boolean single, int totalBytes, int pieceBytes) {
        byte[] bytes = new byte[totalBytes];
        new Random((totalBytes * 31L + pieceBytes) * 31 + name.hashCode()).nextBytes(bytes);
        return of(name, files, single, bytes, pieceBytes);
    }

    /** One file of these bytes. */
    public static TestArtifact single(String name, byte[] bytes, int pieceBytes) {
        return of(name, List.of(new FileEntry(name, bytes.length)), true, bytes, pieceBytes);
    }

    private static TestArtifact of(String name, List<FileEntry> files, boolean single, byte[] bytes, int pieceBytes) {
        int totalBytes = bytes.length;
        PieceLayout layout = new PieceLayout(totalBytes, pieceBytes);
        List<PieceHash> hashes = new ArrayList<>();
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            hashes.add(sha1(bytes, (int) layout.offsetOf(piece), layout.lengthOf(piece)));
        }
        List<VersionedEntry> entries = files.stream()
                .map(file -> new VersionedEntry(file.path(), file.sizeBytes(), "v1"))
                .toList();
        return new TestArtifact(
                ArtifactId.of("test", "bucket", name, entries, pieceBytes),
                new ArtifactContent(name, single, files, layout),
                bytes,
                hashes);
    }

    private static PieceHash sha1(byte[] bytes, int offset, int length) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(bytes, offset, length);
            return PieceHash.of(sha1.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public InfoDictionary info() {
        return new InfoDictionary(content, hashes, true);
    }

    public int pieceCount() {
        return content.layout().pieceCount();
    }

    /** A piece's bytes, to be written. */
    public ByteBuffer piece(int piece) {
        PieceLayout layout = content.layout();
        return ByteBuffer.wrap(bytes, (int) layout.offsetOf(piece), layout.lengthOf(piece))
                .slice();
    }

    /** Writes a piece and marks it as held. */
    public void store(StoredArtifact storage, int piece) {
        storage.write(content.layout().offsetOf(piece), piece(piece));
        storage.markHeld(piece);
    }

    /** Stores all pieces. */
    public void storeAll(StoredArtifact storage) {
        for (int piece = 0; piece < pieceCount(); piece++) {
            store(storage, piece);
        }
    }

    /** What a store holds. */
    public byte[] readAll(StoredArtifact storage) {
        ByteBuffer into = ByteBuffer.allocate(bytes.length);
        storage.read(0, into);
        return into.array();
    }
}
