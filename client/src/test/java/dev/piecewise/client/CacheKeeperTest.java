package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.store.DataDirectory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheKeeperTest {
    private static final int MIB = 1024 * 1024;
    private static final int PIECE = 8 * MIB;

    @TempDir
    private Path directory;

    private static void store(DataDirectory data, char id, int pieces) throws Exception {
        ArtifactContent content = new ArtifactContent(
                "f" + id,
                true,
                List.of(new FileEntry("f" + id, (long) pieces * PIECE)),
                new PieceLayout((long) pieces * PIECE, PIECE));
        PieceHash zeros = PieceHash.of(MessageDigest.getInstance("SHA-1").digest(new byte[PIECE]));
        ArtifactId artifact = new ArtifactId(String.valueOf(id).repeat(64));
        StoredArtifact stored = data.artifact(artifact, content);
        data.recordTorrent(
                artifact,
                EncodedInfo.of(new InfoDictionary(content, Collections.nCopies(pieces, zeros), true)),
                List.of());
        for (int piece = 0; piece < pieces; piece++) {
            stored.write((long) piece * PIECE, ByteBuffer.allocate(PIECE));
            stored.markHeld(piece);
        }
    }

    @Test
    void aVerificationTellsHowFarItIsOfAll() throws Exception {
        List<String> told = new ArrayList<>();
        try (DataDirectory data = DataDirectory.open(directory)) {
            store(data, 'a', 5);
            store(data, 'b', 1);
            CacheKeeper.of(data)
                    .handle(new CacheCall(CacheCall.Action.VERIFY, List.of("a", "b"), 0, false), new CacheListener() {
                        @Override
                        public void checking(String artifact, long checkedBytes, long totalBytes) {
                            told.add(artifact + " " + checkedBytes / MIB + " of " + totalBytes / MIB);
                        }

                        @Override
                        public void checked(CachedArtifact artifact) {
                            told.add(artifact.label() + " done");
                        }
                    });
        }
        assertThat(told)
                .containsExactly("fa 0 of 48", "fa 16 of 48", "fa 32 of 48", "fa done", "fb 40 of 48", "fb done");
    }
}
