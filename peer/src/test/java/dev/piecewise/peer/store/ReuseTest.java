package dev.piecewise.peer.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.FileEntry;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.PieceHashes;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.TestArtifact;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that are on this machine already, and what becomes of stored ones. */
class ReuseTest {
    private static final int PIECE = 16 * 1024;

    @TempDir
    private Path temporary;

    private final TestArtifact old = TestArtifact.single("model.bin", 5 * PIECE + 100, PIECE);
    private DataDirectory data;

    @BeforeEach
    void open() {
        data = DataDirectory.open(temporary.resolve("data"));
    }

    @AfterEach
    void close() {
        data.close();
    }

    private StoredArtifact begin(TestArtifact artifact) {
        StoredArtifact stored = data.artifact(artifact.id(), artifact.content());
        data.recordTorrent(artifact.id(), EncodedInfo.of(artifact.info()), List.of());
        return stored;
    }

    private StoredArtifact complete(TestArtifact artifact) {
        StoredArtifact stored = begin(artifact);
        artifact.storeAll(stored);
        return stored;
    }

    private long reuse(TestArtifact artifact, Path... beside) throws InterruptedException {
        return data.reuse(artifact.id(), List.of(beside), () -> {});
    }

    private static BitSet pieces(int... pieces) {
        BitSet set = new BitSet();
        Arrays.stream(pieces).forEach(set::set);
        return set;
    }

    /** Overwrites a byte behind the store's back, without a trace in the file's times. */
    private static void spoil(Path path, long offset) throws IOException {
        FileTime before = Files.getLastModifiedTime(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~one.get(0)}), offset);
        }
        Files.setLastModifiedTime(path, before);
    }

    /** The next version: a piece in front, the second changed, the last gone. */
    private TestArtifact next() {
        byte[] bytes = new byte[5 * PIECE];
        Arrays.fill(bytes, 0, PIECE, (byte) 7);
        System.arraycopy(old.bytes(), 0, bytes, PIECE, 4 * PIECE);
        bytes[2 * PIECE + 3]++;
        return TestArtifact.single("model.bin", bytes, PIECE);
    }

    @Test
    void piecesOfAnyStoredArtifactWithTheSameHashAreCopiedWhereverTheyLie() throws Exception {
        complete(old);
        TestArtifact next = next();
        StoredArtifact stored = begin(next);
        assertThat(reuse(next)).isEqualTo(3L * PIECE);
        assertThat(stored.held()).isEqualTo(pieces(1, 3, 4));
        next.store(stored, 0);
        next.store(stored, 2);
        assertThat(next.readAll(stored)).isEqualTo(next.bytes());
    }

    @Test
    void ofAnArtifactThatIsStillReadPiecesAreTakenAsTheirHashesComeAndFilesAreCopiedNeverLinked() throws Exception {
        complete(old);
        TestArtifact next = next();
        StoredArtifact stored = data.artifact(next.id(), next.content());
        PieceHashes hashes = PieceHashes.of(next.hashes());
        assertThat(data.reuse(next.id(), hashes, pieces(0, 1), List.of())).isEqualTo(PIECE);
        assertThat(stored.held()).isEqualTo(pieces(1));
        Path file = Files.write(temporary.resolve("next"), next.bytes());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        assertThat(data.reuse(next.id(), hashes, pieces(0, 2, 3, 4), List.of(file)))
                .isEqualTo(4L * PIECE);
        assertThat(next.readAll(stored)).isEqualTo(next.bytes());
        assertThat(Files.isSameFile(file, stored.files().get(0))).isFalse();
    }

    @Test
    void theIndexKnowsArtifactsThatCameOrWentAfterItWasMade() throws Exception {
        TestArtifact next = next();
        StoredArtifact stored = begin(next);
        assertThat(reuse(next)).isZero();
        complete(old);
        assertThat(reuse(next)).isEqualTo(3L * PIECE);
        stored.drop(1);
        data.remove(old.id());
        assertThat(reuse(next)).isZero();
    }

    @Test
    void aStoredPieceThatRottedIsNotCopied() throws Exception {
        spoil(complete(old).files().get(0), 2 * PIECE + 5);
        TestArtifact next = next();
        StoredArtifact stored = begin(next);
        assertThat(reuse(next)).isEqualTo(2L * PIECE);
        assertThat(stored.held()).isEqualTo(pieces(1, 4));
    }

    @Test
    void anEqualFileThatNobodyMayWriteIsLinkedAndOneThatIsWritableIsCopied() throws Exception {
        for (String mode : List.of("r--r--r--", "rw-r--r--")) {
            Path file = Files.write(temporary.resolve(mode), old.bytes());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            StoredArtifact stored = begin(old);
            assertThat(reuse(old, file)).isEqualTo(old.bytes().length);
            assertThat(stored.isComplete()).isTrue();
            assertThat(Files.isSameFile(file, stored.files().get(0))).isEqualTo(mode.startsWith("r-"));
            assertThat(stored.files().get(0)).hasBinaryContent(old.bytes());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo(mode);
            data.remove(old.id());
            assertThat(file).hasBinaryContent(old.bytes());
        }
    }

    @Test
    void ofAFileThatIsNotEqualOnlyEqualPiecesAreTakenAndItIsNeverWritten() throws Exception {
        byte[] altered = Arrays.copyOf(old.bytes(), 3 * PIECE + 10);
        altered[PIECE] ^= 1;
        Path file = Files.write(temporary.resolve("mine"), altered);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        StoredArtifact stored = begin(old);
        assertThat(reuse(old, file)).isEqualTo(2L * PIECE);
        assertThat(stored.held()).isEqualTo(pieces(0, 2));
        for (int piece : new int[] {1, 3, 4, 5}) {
            old.store(stored, piece);
        }
        assertThat(old.readAll(stored)).isEqualTo(old.bytes());
        assertThat(file).hasBinaryContent(altered);
        Path link = Files.createSymbolicLink(temporary.resolve("link"), file);
        data.remove(old.id());
        begin(old);
        assertThat(reuse(old, link)).as("a symbolic link is not followed").isZero();
    }

    @Test
    void ofATreeWhatIsThereIsTakenAlsoWherePiecesSpanFiles() throws Exception {
        TestArtifact tree = TestArtifact.several(
                "tree",
                List.of(
                        new FileEntry("a", 100),
                        new FileEntry("b", PIECE),
                        new FileEntry("empty", 0),
                        new FileEntry("c", 3 * PIECE)),
                PIECE);
        StoredArtifact source = complete(tree);
        Path copy = temporary.resolve("copy");
        Files.createDirectories(copy);
        for (Path file : source.files()) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        Files.setPosixFilePermissions(copy.resolve("b"), PosixFilePermissions.fromString("r--r--r--"));
        Files.setPosixFilePermissions(copy.resolve("c"), PosixFilePermissions.fromString("r--r--r--"));
        Files.delete(copy.resolve("a"));
        data.remove(tree.id());

        StoredArtifact stored = begin(tree);
        reuse(tree, copy.resolve("a"), copy.resolve("b"), copy.resolve("empty"), copy.resolve("c"));
        assertThat(stored.held()).as("the first has bytes of 'a'").isEqualTo(pieces(1, 2, 3, 4));
        assertThat(Files.isSameFile(copy.resolve("c"), stored.files().get(3))).isTrue();
        assertThat(Files.isSameFile(copy.resolve("b"), stored.files().get(1))).isFalse();
        tree.store(stored, 0);
        assertThat(tree.readAll(stored)).isEqualTo(tree.bytes());
    }

    @Test
    void verificationReadsEverythingAndDropsWhatIsBadOnly() throws Exception {
        StoredArtifact stored = complete(old);
        assertThat(stored.verify(piece -> {})).isEqualTo(new StoredArtifact.Verification(6, 0, List.of()));
        spoil(stored.files().get(0), 3 * PIECE);
        stored.verifyStamps();
        assertThat(stored.isComplete()).as("stamps tell nothing").isTrue();
        assertThat(stored.verify(piece -> {})).isEqualTo(new StoredArtifact.Verification(6, 0, List.of(3)));
        assertThat(stored.held()).isEqualTo(pieces(0, 1, 2, 4, 5));
    }

    @Test
    void withoutHashesNothingCanBeVerified() throws Exception {
        StoredArtifact stored = data.artifact(old.id(), old.content());
        old.store(stored, 2);
        assertThat(stored.verify(piece -> {})).isEqualTo(new StoredArtifact.Verification(0, 1, List.of()));
        assertThat(stored.held()).isEqualTo(pieces(2));
    }

    @Test
    void aLostRecordOfPiecesIsMadeAnewFromTheBytes() throws Exception {
        Path file = complete(old).files().get(0);
        data.close();
        Path directory = temporary.resolve("data/artifacts/" + old.id());
        Files.writeString(directory.resolve("pieces"), "garbage");
        spoil(file, PIECE);
        open();
        assertThat(data.artifact(old.id(), old.content()).held()).isEqualTo(pieces(0, 2, 3, 4, 5));
        data.close();
        Files.delete(directory.resolve("pieces"));
        Files.writeString(directory.resolve("meta"), "garbage");
        open();
        assertThat(data.stored()).as("nothing is known of it").isEmpty();
        assertThat(begin(old).held()).as("until its hashes are").isEqualTo(pieces(0, 2, 3, 4, 5));
    }

    @Test
    void whatIsRemovedIsGoneAlsoAfterAProcessWasKilledInTheMiddle() throws Exception {
        StoredArtifact stored = complete(old);
        data.recordUse(old.id(), "s3://b/model.bin", "v1");
        StoredState state = data.state(old.id()).orElseThrow();
        assertThat(state.piecesHeld()).isEqualTo(6);
        assertThat(state.bytesStored()).isEqualTo(old.bytes().length);
        assertThat(state.filesLinked()).isZero();
        assertThat(state.use().map(StoredUse::source)).isEqualTo(Optional.of("s3://b/model.bin"));
        Files.createLink(temporary.resolve("published"), stored.files().get(0));
        assertThat(data.states().get(0).bytesLinked()).isEqualTo(old.bytes().length);

        data.remove(old.id());
        assertThat(data.states()).isEmpty();
        assertThat(temporary.resolve("published")).hasBinaryContent(old.bytes());
        assertThat(begin(old).held()).isEqualTo(pieces());
        data.close();
        Path half = temporary.resolve("data/artifacts/" + "ab".repeat(32) + ".removed");
        Files.createDirectories(half.resolve("files"));
        open();
        assertThat(half).doesNotExist();
    }
}
