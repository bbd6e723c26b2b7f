package dev.piecewise.cli;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CacheCommandTest {
    private static final int PIECE = 16 * 1024;
    private static final String OLD = "aa".repeat(32);
    private static final String NEW = "ab".repeat(32);

    @TempDir
    private Path directory;

    private CommandRun cache(String... args) {
        List<String> all = new ArrayList<>(List.of("cache"));
        all.addAll(List.of(args));
        all.addAll(List.of("--data", directory.resolve("data").toString(), "--config", "none"));
        return CommandRun.of(all.toArray(new String[0]));
    }

    private static void store(DataDirectory data, String id, String uri) throws Exception {
        ArtifactContent content = new ArtifactContent(
                "f", true, List.of(new FileEntry("f", 2L * PIECE)), new PieceLayout(2L * PIECE, PIECE));
        PieceHash zeros = PieceHash.of(MessageDigest.getInstance("SHA-1").digest(new byte[PIECE]));
        ArtifactId artifact = new ArtifactId(id);
        StoredArtifact stored = data.artifact(artifact, content);
        data.recordTorrent(
                artifact, EncodedInfo.of(new InfoDictionary(content, List.of(zeros, zeros), true)), List.of());
        stored.write(0, ByteBuffer.allocate(2 * PIECE));
        stored.markHeld(0);
        stored.markHeld(1);
        data.recordUse(artifact, uri, "\"v1\"");
    }

    private void storeTwo() throws Exception {
        try (DataDirectory data = DataDirectory.open(directory.resolve("data"))) {
            store(data, OLD, "s3://b/old");
            store(data, NEW, "s3://b/new");
        }
        Files.setLastModifiedTime(directory.resolve("data/artifacts/" + OLD + "/use"), FileTime.from(Instant.EPOCH));
    }

    @Test
    void whereNothingIsNothingIsListedMadeOrRemoved() {
        CommandRun run = cache("ls");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("0 artifacts; 0 B stored in " + directory.resolve("data"));
        assertThat(cache("rm", "s3://b/old").exitCode()).isEqualTo(3);
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void lsShowsWhatIsThereTheLeastRecentlyUsedFirst() throws Exception {
        storeTwo();
        CommandRun run = cache("ls");
        assertThat(run.out().lines().toList()).hasSize(4).satisfies(lines -> {
            assertThat(lines.get(1)).startsWith("aaaaaaaaaaaa").endsWith("s3://b/old");
            assertThat(lines.get(2))
                    .startsWith("abababababab")
                    .contains(" 100% ")
                    .endsWith("s3://b/new");
            assertThat(lines.get(3)).startsWith("2 artifacts; 64 KiB stored in ");
        });
        assertThat(cache("ls", "--json", "s3://b/new").out())
                .contains("\"id\" : \"" + NEW + "\"", "\"storedBytes\" : 32768", "\"version\" : \"\\\"v1\\\"\"")
                .doesNotContain(OLD);
    }

    @Test
    void anIdMayBeShortButNotAmbiguous() throws Exception {
        storeTwo();
        assertThat(cache("ls", "aa").exitCode()).isZero();
        CommandRun run = cache("rm", "a");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("2 artifacts begin with 'a'");
        assertThat(cache("verify", "b").exitCode()).isEqualTo(3);
    }

    @Test
    void verifyNamesBadPiecesAndEndsWith1() throws Exception {
        storeTwo();
        assertThat(cache("verify").exitCode()).isZero();
        byte[] altered = new byte[2 * PIECE];
        altered[PIECE] = 1;
        Files.write(directory.resolve("data/artifacts/" + OLD + "/files/f"), altered);
        CommandRun run = cache("verify");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("s3://b/new: 2 pieces are right")
                .contains("s3://b/old: 1 of 2 pieces are bad and were dropped: 1");
        assertThat(run.err()).contains("1 bad pieces were dropped");
    }

    @Test
    void rmAndGcSayWhatTheyFreeAndADryRunFreesNothing() throws Exception {
        storeTwo();
        assertThat(cache("gc", "--keep", "40KiB", "--dry-run").out())
                .contains(
                        "would remove aaaaaaaaaaaa  s3://b/old (32 KiB)",
                        "would free 32 KiB of 1 artifact; 32 KiB would stay");
        assertThat(cache("gc", "--keep", "40KiB").out()).contains("freed 32 KiB of 1 artifact; 32 KiB are stored now");
        assertThat(cache("gc", "--keep", "40KiB").out()).contains("freed 0 B of 0 artifacts");
        assertThat(cache("rm", "s3://b/new", "--quiet").out()).isEmpty();
        assertThat(cache("ls").out()).startsWith("0 artifacts");
    }
}
