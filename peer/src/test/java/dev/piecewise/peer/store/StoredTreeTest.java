package dev.piecewise.peer.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.TestArtifact;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Artifacts of many files: one run of bytes in the eyes of the store's users, many files on the disk. */
class StoredTreeTest {
    private static final int PIECE = 16 * 1024;
    private static final BootSession BOOT = new BootSession("boot-1", Optional.of(Instant.EPOCH));

    @TempDir
    private Path temporary;

    private static TestArtifact tree(List<Integer> sizes) {
        List<FileEntry> files = IntStream.range(0, sizes.size())
                .mapToObj(i -> new FileEntry("d" + i % 3 + "/f" + i, sizes.get(i)))
                .toList();
        return TestArtifact.several("tree", files, PIECE);
    }

    private static StoredArtifact open(DataDirectory data, TestArtifact tree) {
        return data.artifact(tree.id(), tree.content());
    }

    private static void spoil(Path path, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~one.get(0)}), offset);
        }
    }

    private static BitSet pieces(int... pieces) {
        return Arrays.stream(pieces).collect(BitSet::new, BitSet::set, BitSet::or);
    }

    @Provide
    Arbitrary<List<Integer>> sizes() {
        return Arbitraries.of(0, 0, 1, 100, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE - 7)
                .list()
                .ofMinSize(1)
                .ofMaxSize(12)
                .filter(sizes -> sizes.stream().anyMatch(size -> size > 0)); // else there is no torrent
    }

    @Property(tries = 60)
    void aTreeOnDiskIsLikeAnArrayOfBytes(@ForAll("sizes") List<Integer> sizes, @ForAll long seed) throws IOException {
        Path root = Files.createTempDirectory("stored-tree");
        try {
            new Model(root, tree(sizes), new Random(seed)).run();
        } finally {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Writes in random order with restarts and tampering between, and says what must come of it. */
    private record Model(Path root, TestArtifact tree, Random random) {
        void run() throws IOException {
            List<Integer> order = new ArrayList<>();
            IntStream.range(0, tree.pieceCount()).forEach(order::add);
            Collections.shuffle(order, random);
            int half = order.size() / 2;
            BitSet held = new BitSet();
            try (DataDirectory data = DataDirectory.open(root, BOOT)) {
                StoredArtifact stored = open(data, tree);
                data.recordTorrent(tree.id(), tree.info().encode());
                order.subList(0, half).forEach(piece -> write(stored, piece, held));
                assertThat(stored.held()).isEqualTo(held);
            }
            tamper(held);
            try (DataDirectory data = DataDirectory.open(root, BOOT)) {
                StoredArtifact stored = open(data, tree);
                assertThat(stored.held()).isEqualTo(held);
                order.stream().filter(piece -> !held.get(piece)).toList().forEach(piece -> write(stored, piece, held));
                assertThat(stored.isComplete()).isTrue();
                tamper(held);
                stored.verifyStamps();
                assertThat(stored.held()).isEqualTo(held);
                order.stream().filter(piece -> !held.get(piece)).toList().forEach(piece -> write(stored, piece, held));
                stored.verifyStamps();
                assertThat(stored.isComplete()).isTrue();
                for (int i = 0; i < 5 && tree.bytes().length > 0; i++) {
                    readSome(stored);
                }
                assertThat(tree.readAll(stored)).isEqualTo(tree.bytes());
                filesAreSlicesOfTheBytes(stored);
            }
        }

        private void write(StoredArtifact stored, int piece, BitSet held) {
            PieceLayout layout = tree.content().layout();
            ByteBuffer bytes = tree.piece(piece);
            while (bytes.hasRemaining()) {
                int length = 1 + random.nextInt(bytes.remaining());
                stored.write(layout.offsetOf(piece) + bytes.position(), bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
            }
            stored.markHeld(piece);
            held.set(piece);
        }

        /** Changes one byte somewhere, or truncates or deletes a file; takes the pieces hit out of {@code held}. */
        private void tamper(BitSet held) throws IOException {
            int file = random.nextInt(tree.content().files().size());
            FileEntry entry = tree.content().files().get(file);
            long start = tree.content().files().subList(0, file).stream()
                    .mapToLong(FileEntry::sizeBytes)
                    .sum();
            Path path = root.resolve("artifacts/" + tree.id() + "/files/tree/" + entry.path());
            if (entry.sizeBytes() == 0) {
                Files.writeString(path, "not empty");
                return;
            }
            int first = tree.content().layout().pieceAt(start);
            int last = tree.content().layout().pieceAt(start + entry.sizeBytes() - 1);
            if (random.nextBoolean()) {
                Files.delete(path);
                held.clear(first, last + 1);
            } else {
                long offset = random.nextInt((int) entry.sizeBytes());
                spoil(path, offset);
                held.clear(tree.content().layout().pieceAt(start + offset));
            }
        }

        private void readSome(StoredArtifact stored) {
            int from = random.nextInt(tree.bytes().length);
            int to = from + random.nextInt(tree.bytes().length - from) + 1;
            ByteBuffer into = ByteBuffer.allocate(to - from);
            stored.read(from, into);
            assertThat(into.array()).isEqualTo(Arrays.copyOfRange(tree.bytes(), from, to));
        }

        private void filesAreSlicesOfTheBytes(StoredArtifact stored) {
            int start = 0;
            for (int file = 0; file < stored.files().size(); file++) {
                int end = start + (int) tree.content().files().get(file).sizeBytes();
                assertThat(stored.files().get(file)).hasBinaryContent(Arrays.copyOfRange(tree.bytes(), start, end));
                start = end;
            }
        }
    }

    @Test
    void tamperingWithOneFileDropsJustThePiecesWithItsChangedBytes() throws IOException {
        // Pieces: 0 = a and the beginning of b, 1 = the rest of b and the beginning of c, 2 = the rest of c.
        TestArtifact tree = tree(List.of(100, PIECE, 2 * PIECE - 200));
        try (DataDirectory data = DataDirectory.open(temporary, BOOT)) {
            StoredArtifact stored = open(data, tree);
            data.recordTorrent(tree.id(), tree.info().encode());
            tree.storeAll(stored);
            spoil(stored.files().get(1), PIECE - 1);
            stored.verifyStamps();
            assertThat(stored.held()).isEqualTo(pieces(0, 2));
            tree.store(stored, 1);
            assertThat(tree.readAll(stored)).isEqualTo(tree.bytes());
        }
    }

    @Test
    void aPublishedNeighbourIsNotWrittenWhenAPieceThatSpansBothIsRepaired() throws IOException {
        TestArtifact tree = tree(List.of(100, 200));
        try (DataDirectory data = DataDirectory.open(temporary.resolve("data"), BOOT)) {
            StoredArtifact stored = open(data, tree);
            data.recordTorrent(tree.id(), tree.info().encode());
            tree.storeAll(stored);
            Path published = Files.createLink(
                    temporary.resolve("published"), stored.files().get(1));
            byte[] good = Files.readAllBytes(published);
            spoil(stored.files().get(0), 0);
            stored.verifyStamps();
            assertThat(stored.isComplete()).isFalse();
            stored.write(0, ByteBuffer.allocate(300)); // what a bad peer sends
            assertThat(published).hasBinaryContent(good);
            tree.store(stored, 0);
            assertThat(tree.readAll(stored)).isEqualTo(tree.bytes());
        }
    }

    @Test
    void repairingAFileLeavesOneOfASimilarNameAlone() throws IOException {
        TestArtifact tree =
                TestArtifact.several("tree", List.of(new FileEntry("a", PIECE), new FileEntry("a.copy", PIECE)), PIECE);
        try (DataDirectory data = DataDirectory.open(temporary.resolve("data"), BOOT)) {
            StoredArtifact stored = open(data, tree);
            data.recordTorrent(tree.id(), tree.info().encode());
            tree.storeAll(stored);
            Files.createLink(temporary.resolve("published"), stored.files().get(0));
            spoil(stored.files().get(0), 0);
            stored.verifyStamps();
            tree.store(stored, 0);
            assertThat(stored.files()).allMatch(Files::exists);
            assertThat(tree.readAll(stored)).isEqualTo(tree.bytes());
        }
    }

    @Test
    void manyFilesAreStoredWithoutHoldingThemOpenAndTrustedAfterARestart() throws IOException {
        List<Integer> sizes =
                IntStream.range(0, 1500).mapToObj(i -> i % 7 * 100).collect(Collectors.toList());
        TestArtifact tree = tree(sizes);
        try (DataDirectory data = DataDirectory.open(temporary, BOOT)) {
            StoredArtifact stored = open(data, tree);
            tree.storeAll(stored);
            assertThat(openFiles(temporary)).isLessThan(100);
        }
        try (DataDirectory data = DataDirectory.open(temporary, BOOT)) {
            StoredArtifact stored = open(data, tree);
            // No hashes are recorded: whatever had to be checked would be dropped.
            assertThat(stored.isComplete()).isTrue();
            assertThat(tree.readAll(stored)).isEqualTo(tree.bytes());
        }
    }

    private static long openFiles(Path below) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(descriptor -> leadsBelow(descriptor, below))
                    .count();
        }
    }

    private static boolean leadsBelow(Path descriptor, Path below) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(below);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
