package dev.piecewise.peer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.FileEntry;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.fault.TorrentFault;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private static final int PIECE = 16 * 1024;
    private static final BootSession BOOT = new BootSession("boot-1", Optional.of(Instant.EPOCH));

    @TempDir
    Path temporary;

    private final TestArtifact artifact = TestArtifact.single("modell größe 1+%.bin", 5 * PIECE + 1, PIECE);

    private DataDirectory open() {
        return DataDirectory.open(temporary.resolve("data"), BOOT);
    }

    private StoredArtifact storage(DataDirectory data) {
        return data.artifact(artifact.id(), artifact.content());
    }

    private Path file() {
        return temporary.resolve("data/artifacts/" + artifact.id() + "/files/"
                + artifact.content().name());
    }

    private Path journal() {
        return temporary.resolve("data/artifacts/" + artifact.id() + "/pieces");
    }

    /** Overwrites a byte behind the store's back. */
    private void spoil(Path path, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~one.get(0)}), offset);
        }
    }

    /** What a killed process leaves: a copy of its directory, inodes aside, taken without closing it. */
    private void kill() throws IOException {
        // Hard links keep the inodes; the lock of the running owner does not go with them.
        Path dead = temporary.resolve("data");
        Path copy = temporary.resolve("after");
        try (Stream<Path> paths = Files.walk(dead)) {
            for (Path path : paths.toList()) {
                Path target = copy.resolve(dead.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (!path.endsWith("lock")) {
                    Files.createLink(target, path);
                }
            }
        }
    }

    private DataDirectory openAfterKill(BootSession boot) throws IOException {
        kill();
        return DataDirectory.open(temporary.resolve("after"), boot);
    }

    private static BitSet pieces(int... pieces) {
        BitSet set = new BitSet();
        for (int piece : pieces) {
            set.set(piece);
        }
        return set;
    }

    @Test
    void bytesComeBackAsWrittenAndHeldPiecesAreTold() {
        try (DataDirectory data = open()) {
            StoredArtifact storage = storage(data);
            List<Integer> told = new ArrayList<>();
            storage.subscribe(told::add);
            assertThat(storage.isComplete()).isFalse();
            artifact.storeAll(storage);
            assertThat(storage.isComplete()).isTrue();
            assertThat(storage.completion().toCompletableFuture()).isCompleted();
            assertThat(told).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(artifact.readAll(storage)).isEqualTo(artifact.bytes());
            assertThat(storage.files()).containsExactly(file());
            assertThat(file()).hasBinaryContent(artifact.bytes());
        }
    }

    @Test
    void aPieceMaySpanSeveralFilesAndEmptyOnes() {
        TestArtifact several = TestArtifact.several(
                "дерево",
                List.of(
                        new FileEntry("a", 10),
                        new FileEntry("leer", 0),
                        new FileEntry("b/ü x", PIECE),
                        new FileEntry("b/z", 0)),
                PIECE);
        try (DataDirectory data = open()) {
            StoredArtifact storage = data.artifact(several.id(), several.content());
            several.storeAll(storage);
            assertThat(several.readAll(storage)).isEqualTo(several.bytes());
            assertThat(storage.files()).allMatch(Files::exists).hasSize(4);
            assertThat(storage.files().get(2)).hasSize(PIECE).endsWith(Path.of("дерево/b/ü x"));
        }
    }

    @Test
    void anEmptyArtifactIsCompleteAtOnce() {
        TestArtifact empty = TestArtifact.single("empty", 0, PIECE);
        try (DataDirectory data = open()) {
            StoredArtifact storage = data.artifact(empty.id(), empty.content());
            assertThat(storage.isComplete()).isTrue();
            assertThat(storage.completion().toCompletableFuture()).isCompleted();
            assertThat(storage.files().get(0)).exists().isEmptyFile();
        }
    }

    @Test
    void aHeldPieceIsNeverWritten() {
        try (DataDirectory data = open()) {
            StoredArtifact storage = storage(data);
            artifact.store(storage, 1);
            assertThatThrownBy(() -> storage.write(PIECE - 1, ByteBuffer.allocate(2)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("piece 1");
            storage.write(0, ByteBuffer.allocate(PIECE));
            storage.drop(1);
            storage.write(PIECE, ByteBuffer.allocate(PIECE));
        }
    }

    @Test
    void aClosedDirectoryIsTrustedWithoutHashing() {
        try (DataDirectory data = open()) {
            artifact.store(storage(data), 0);
            artifact.store(storage(data), 5);
        }
        try (DataDirectory data = open()) {
            // No hashes are recorded: whatever had to be checked would be dropped.
            assertThat(storage(data).held()).isEqualTo(pieces(0, 5));
        }
    }

    @Test
    void aKilledProcessLosesNothing() throws IOException {
        try (DataDirectory data = open()) {
            artifact.store(storage(data), 0);
            artifact.store(storage(data), 3);
            storage(data).write(PIECE, ByteBuffer.allocate(100));
            try (DataDirectory after = openAfterKill(BOOT)) {
                assertThat(storage(after).held()).isEqualTo(pieces(0, 3));
            }
        }
    }

    @Test
    void afterACrashOfTheMachinePiecesAreCheckedAndBadOnesDropped() throws IOException {
        try (DataDirectory data = open()) {
            artifact.store(storage(data), 0);
            artifact.store(storage(data), 3);
            data.recordTorrent(artifact.id(), artifact.info().encode());
            spoil(file(), 3 * PIECE);
            BootSession rebooted = new BootSession("boot-2", Optional.of(Instant.now()));
            try (DataDirectory after = openAfterKill(rebooted)) {
                assertThat(storage(after).held()).isEqualTo(pieces(0));
            }
        }
    }

    @Test
    void afterACrashOfTheMachinePiecesWithoutHashesAreDropped() throws IOException {
        try (DataDirectory data = open()) {
            artifact.store(storage(data), 0);
            try (DataDirectory after = openAfterKill(new BootSession("boot-2", Optional.of(Instant.now())))) {
                assertThat(storage(after).held()).isEqualTo(pieces());
            }
        }
    }

    @Test
    void aRebootLongAfterTheCloseKeepsEverything() {
        try (DataDirectory data = open()) {
            artifact.store(storage(data), 0);
        }
        Instant later = Instant.now().plus(Duration.ofHours(1));
        try (DataDirectory data =
                DataDirectory.open(temporary.resolve("data"), new BootSession("boot-2", Optional.of(later)))) {
            assertThat(storage(data).held()).isEqualTo(pieces(0));
        }
    }

    @Test
    void aFileWrittenLongAfterTheKillIsCheckedAgain() throws IOException {
        try (DataDirectory data = open()) {
            artifact.store(storage(data), 2);
            Files.setLastModifiedTime(file(), FileTime.from(Instant.now().plusSeconds(60)));
            try (DataDirectory after = openAfterKill(BOOT)) {
                assertThat(storage(after).held()).isEqualTo(pieces());
            }
        }
    }

    @Test
    void aFileTamperedWithWhileClosedIsCheckedAgain() throws IOException {
        try (DataDirectory data = open()) {
            artifact.storeAll(storage(data));
            data.recordTorrent(artifact.id(), artifact.info().encode());
        }
        spoil(file(), 2 * PIECE + 7);
        try (DataDirectory data = open()) {
            assertThat(storage(data).held()).isEqualTo(pieces(0, 1, 3, 4, 5));
        }
    }

    @Test
    void aFileTruncatedOrDeletedIsMadeAgainAndItsPiecesDropped() throws IOException {
        try (DataDirectory data = open()) {
            artifact.storeAll(storage(data));
            data.recordTorrent(artifact.id(), artifact.info().encode());
        }
        Files.delete(file());
        try (DataDirectory data = open()) {
            assertThat(storage(data).held()).isEqualTo(pieces());
            artifact.storeAll(storage(data));
            assertThat(file()).hasBinaryContent(artifact.bytes());
        }
    }

    @Test
    void tamperingWhileRunningIsFoundWhenStampsAreCompared() throws IOException {
        try (DataDirectory data = open()) {
            StoredArtifact storage = storage(data);
            artifact.storeAll(storage);
            data.recordTorrent(artifact.id(), artifact.info().encode());
            storage.verifyStamps();
            assertThat(storage.isComplete()).isTrue();
            spoil(file(), 0);
            List<Integer> dropped = new ArrayList<>();
            storage.subscribe(new StoredArtifact.Listener() {
                @Override
                public void held(int piece) {}

                @Override
                public void dropped(int piece) {
                    dropped.add(piece);
                }
            });
            storage.verifyStamps();
            assertThat(dropped).containsExactly(0);
            artifact.store(storage, 0);
            assertThat(file()).hasBinaryContent(artifact.bytes());
        }
    }

    @Test
    void aPublishedFileIsNotWrittenButReplaced() throws IOException {
        Path published = temporary.resolve("published");
        byte[] spoilt;
        try (DataDirectory data = open()) {
            StoredArtifact storage = storage(data);
            artifact.storeAll(storage);
            data.recordTorrent(artifact.id(), artifact.info().encode());
            Files.createLink(published, file());
            Files.setPosixFilePermissions(published, PosixFilePermissions.fromString("r--r--r--"));
            spoil(file(), PIECE);
            spoilt = Files.readAllBytes(published);
        }
        try (DataDirectory data = open()) {
            StoredArtifact storage = storage(data);
            assertThat(storage.held()).isEqualTo(pieces(0, 2, 3, 4, 5));
            artifact.store(storage, 1);
            assertThat(file()).hasBinaryContent(artifact.bytes());
            assertThat(published).hasBinaryContent(spoilt);
        }
    }

    @Test
    void aDamagedJournalMeansNothingIsHeld() throws IOException {
        try (DataDirectory data = open()) {
            artifact.storeAll(storage(data));
        }
        Files.writeString(journal(), "nonsense\n");
        try (DataDirectory data = open()) {
            assertThat(storage(data).held()).isEqualTo(pieces());
        }
    }

    @Test
    void aTornLastLineOfTheJournalIsAMissingOne() throws IOException {
        try (DataDirectory data = open()) {
            artifact.store(storage(data), 1);
            Files.writeString(journal(), "+ 4", StandardOpenOption.APPEND);
            try (DataDirectory after = openAfterKill(BOOT)) {
                assertThat(storage(after).held()).isEqualTo(pieces(1));
            }
        }
    }

    @Test
    void aTorrentOnceRecordedIsKnownAfterARestart() {
        byte[] info = artifact.info().encode();
        try (DataDirectory data = open()) {
            storage(data);
            assertThat(data.stored(artifact.id()).orElseThrow().torrent()).isEmpty();
            data.recordTorrent(artifact.id(), info);
        }
        try (DataDirectory data = open()) {
            StoredTorrent stored = data.stored().get(0);
            assertThat(stored.content()).isEqualTo(artifact.content());
            assertThat(stored.torrent().orElseThrow().infoHash())
                    .isEqualTo(artifact.info().infoHash());
            assertThat(stored.torrent().orElseThrow().info().hashes()).isEqualTo(artifact.hashes());
        }
    }

    @Test
    void aDirectoryHasOneOwner() {
        try (DataDirectory first = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(ProcessFault.class)
                    .hasMessageContaining("data directory in use")
                    .hasMessageContaining("--data");
            assertThat(first.stored()).isEmpty();
        }
        open().close();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Files.writeString(temporary.resolve("file"), "");
        assertThatThrownBy(() -> DataDirectory.open(temporary.resolve("file/data")))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("file/data");
    }

    @Test
    void aFullDiskNamesTheFileAndTheFreeSpace() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
        try (DataDirectory data = open()) {
            StoredArtifact storage = storage(data);
            Files.delete(file());
            Files.createSymbolicLink(file(), Path.of("/dev/full"));
            assertThatThrownBy(() -> storage.write(0, artifact.piece(0)))
                    .isInstanceOf(TorrentFault.class)
                    .hasMessageContaining(file().toString())
                    .hasMessageContaining("free");
            Files.delete(file());
        }
    }

    private static final Map<Integer, BitSet> TWO_UNITS = Map.of(0, pieces(0, 2));

    /** An artifact of two pieces of four units, two of the first one written. */
    private TestArtifact partial(DataDirectory data) {
        TestArtifact partial = TestArtifact.single("partial.bin", 7 * PIECE + 1, 4 * PIECE);
        StoredArtifact storage = data.artifact(partial.id(), partial.content());
        storage.write(0, ByteBuffer.wrap(partial.bytes(), 0, PIECE));
        storage.write(2 * PIECE, ByteBuffer.wrap(partial.bytes(), 2 * PIECE, PIECE));
        storage.markWritten(0, pieces(0));
        storage.markWritten(0, pieces(2));
        assertThat(storage.written()).isEqualTo(TWO_UNITS);
        return partial;
    }

    private static Map<Integer, BitSet> written(DataDirectory data, TestArtifact artifact) {
        return data.artifact(artifact.id(), artifact.content()).written();
    }

    @Test
    void whatWasWrittenOfAPieceIsKnownAfterAKillAndAfterAClose() throws IOException {
        TestArtifact partial;
        try (DataDirectory data = open()) {
            partial = partial(data);
            try (DataDirectory after = openAfterKill(BOOT)) {
                assertThat(written(after, partial)).isEqualTo(TWO_UNITS);
            }
        }
        try (DataDirectory data = open()) {
            assertThat(written(data, partial)).isEqualTo(TWO_UNITS);
        }
    }

    @Test
    void afterACrashOfTheMachineNothingIsKnownOfUnfinishedPieces() throws IOException {
        try (DataDirectory data = open()) {
            TestArtifact partial = partial(data);
            try (DataDirectory after = openAfterKill(new BootSession("boot-2", Optional.of(Instant.now())))) {
                assertThat(written(after, partial)).isEmpty();
            }
        }
    }

    @Test
    void whatWasWrittenIsForgottenWhenThePieceIsHeldOrBadOrItsFileChanged() throws IOException {
        try (DataDirectory data = open()) {
            TestArtifact partial = partial(data);
            StoredArtifact storage = data.artifact(partial.id(), partial.content());
            storage.forgetWritten(0);
            assertThat(storage.written()).isEmpty();
            storage.markWritten(0, pieces(1));
            partial.store(storage, 0);
            storage.markWritten(0, pieces(1));
            assertThat(storage.written()).isEmpty();
            storage.markWritten(1, pieces(1));
            try (DataDirectory after = openAfterKill(BOOT)) {
                assertThat(written(after, partial)).isEqualTo(Map.of(1, pieces(1)));
            }
            Files.delete(storage.files().get(0));
            storage.verifyStamps();
            assertThat(storage.written()).isEmpty();
        }
    }
}
