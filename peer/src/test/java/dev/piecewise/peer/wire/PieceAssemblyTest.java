package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.TestArtifact;
import dev.piecewise.peer.store.DataDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PieceAssemblyTest {
    private static final int UNIT = 16 * 1024;
    private static final int PIECE_BYTES = UNIT;

    @TempDir
    Path directory;

    private final BufferPool pool = new BufferPool(8 * BufferPool.BUFFER_BYTES, () -> {});
    private final BufferPool.Account account = new BufferPool.Account();

    private static final class Ending implements PieceAssembly.Outcome {
        private final CompletableFuture<PieceHash> hash = new CompletableFuture<>();

        @Override
        public void hashed(PieceHash result) {
            hash.complete(result);
        }

        @Override
        public void failed(TorrentFault fault) {
            hash.completeExceptionally(fault);
        }
    }

    private void add(PieceAssembly assembly, byte[] bytes, int from, int length) throws InterruptedException {
        SharedBuffer buffer = pool.take(account);
        while (buffer == null) {
            TimeUnit.MILLISECONDS.sleep(1);
            buffer = pool.take(account);
        }
        buffer.bytes().put(bytes, from, length);
        assembly.add(buffer, 0, length, from);
        buffer.letGo();
    }

    @Test
    void inWhateverOrderAndHoweverOftenPartsComeThePieceIsWholeAndItsHashRight() throws Exception {
        Random random = new Random(11);
        for (int round = 0; round < 40; round++) {
            TestArtifact artifact =
                    TestArtifact.single("parts-" + round, PIECE_BYTES - random.nextInt(100), PIECE_BYTES);
            try (DataDirectory data = DataDirectory.open(directory.resolve("" + round));
                    Workers workers = new Workers(2)) {
                StoredArtifact storage = data.artifact(artifact.id(), artifact.content());
                Ending ending = new Ending();
                PieceAssembly assembly = new PieceAssembly(storage, 0, 0, new Lane(workers, 2), new InFlight(), ending);
                int length = artifact.bytes().length;
                for (int i = 0; i < 10; i++) {
                    int from = random.nextInt(length);
                    add(assembly, artifact.bytes(), from, 1 + random.nextInt(length - from));
                }
                int middle = random.nextInt(1, length);
                add(assembly, artifact.bytes(), middle, length - middle);
                add(assembly, artifact.bytes(), 0, middle);
                assembly.completed();
                assertThat(ending.hash.get(20, TimeUnit.SECONDS))
                        .isEqualTo(artifact.hashes().get(0));
                assertThat(artifact.readAll(storage)).isEqualTo(artifact.bytes());
            }
        }
    }

    @Test
    void whatWasHashedIsNotOverwrittenByWhatComesAgainAndDiffers() throws Exception {
        TestArtifact artifact = TestArtifact.single("twice", PIECE_BYTES, PIECE_BYTES);
        try (DataDirectory data = DataDirectory.open(directory);
                Workers workers = new Workers(2)) {
            StoredArtifact storage = data.artifact(artifact.id(), artifact.content());
            Ending ending = new Ending();
            PieceAssembly assembly = new PieceAssembly(storage, 0, 0, new Lane(workers, 2), new InFlight(), ending);
            add(assembly, artifact.bytes(), 0, 9000);
            add(assembly, new byte[PIECE_BYTES], 0, 5000);
            byte[] halfWrong = artifact.bytes().clone();
            Arrays.fill(halfWrong, 0, 9000, (byte) 1);
            add(assembly, halfWrong, 4000, PIECE_BYTES - 4000);
            assembly.completed();
            assertThat(ending.hash.get(20, TimeUnit.SECONDS))
                    .isEqualTo(artifact.hashes().get(0));
            assertThat(artifact.readAll(storage)).isEqualTo(artifact.bytes());
        }
    }

    /** Units are left by an earlier run, at random; those before the first gap are hashed from the store. */
    @Property(tries = 40)
    void whatAnEarlierRunLeftIsHashedWithWhatComes(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        int units = 1 + random.nextInt(12);
        int length = units * UNIT - random.nextInt(UNIT);
        TestArtifact artifact = TestArtifact.single("left", length, units * UNIT);
        Path root = Files.createTempDirectory("piecewise-test");
        try (DataDirectory data = DataDirectory.open(root);
                Workers workers = new Workers(2)) {
            StoredArtifact storage = data.artifact(artifact.id(), artifact.content());
            BitSet left = new BitSet();
            IntStream.range(0, units).filter(unit -> random.nextInt(4) > 0).forEach(left::set);
            left.clear(random.nextInt(units));
            left.stream()
                    .forEach(unit -> storage.write(
                            (long) unit * UNIT,
                            ByteBuffer.wrap(artifact.bytes(), unit * UNIT, Math.min(UNIT, length - unit * UNIT))));
            Ending ending = new Ending();
            int inOrder = Math.min(length, left.nextClearBit(0) * UNIT);
            PieceAssembly assembly =
                    new PieceAssembly(storage, 0, inOrder, new Lane(workers, 2), new InFlight(), ending);
            for (int unit = left.nextClearBit(0); unit < units; unit = left.nextClearBit(unit + 1)) {
                add(assembly, artifact.bytes(), unit * UNIT, Math.min(UNIT, length - unit * UNIT));
            }
            assembly.completed();
            assertThat(ending.hash.get(20, TimeUnit.SECONDS))
                    .isEqualTo(artifact.hashes().get(0));
            assertThat(artifact.readAll(storage)).isEqualTo(artifact.bytes());
        } finally {
            delete(root);
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void unitsAreRecordedWhenTheirBytesAreWrittenAndNotBefore() throws Exception {
        TestArtifact artifact = TestArtifact.single("recorded", 3 * UNIT, 3 * UNIT);
        CountDownLatch mayWork = new CountDownLatch(1);
        try (DataDirectory data = DataDirectory.open(directory);
                Workers workers = new Workers(1)) {
            StoredArtifact storage = data.artifact(artifact.id(), artifact.content());
            workers.execute(bench -> awaitQuietly(mayWork));
            InFlight busy = new InFlight();
            PieceAssembly assembly = new PieceAssembly(storage, 0, 0, new Lane(workers, 1), busy, new Ending());
            add(assembly, artifact.bytes(), 0, UNIT);
            BitSet first = new BitSet();
            first.set(0);
            assembly.checkpoint(first);
            assertThat(storage.written()).isEmpty();
            mayWork.countDown();
            assertThat(busy.await(Duration.ofSeconds(20))).isTrue();
            assertThat(storage.written()).isEqualTo(Map.of(0, first));
            ByteBuffer unit = ByteBuffer.allocate(UNIT);
            storage.read(0, unit);
            assertThat(unit.flip()).isEqualTo(ByteBuffer.wrap(artifact.bytes(), 0, UNIT));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
