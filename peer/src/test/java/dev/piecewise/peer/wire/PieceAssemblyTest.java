package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.TestArtifact;
import dev.piecewise.peer.store.DataDirectory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PieceAssemblyTest {
    private static final int PIECE_BYTES = 16 * 1024;

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
                PieceAssembly assembly = new PieceAssembly(storage, 0, new Lane(workers, 2), new InFlight(), ending);
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
            PieceAssembly assembly = new PieceAssembly(storage, 0, new Lane(workers, 2), new InFlight(), ending);
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
}
