package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Ledger;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a prefix is read: its pieces, its leases, its torrent. */
class PrefixTest {
    private static final int PIECE = 65_536;

    @TempDir
    Path directory;

    @Test
    void everyByteOfEveryObjectIsReadOnceWhereverPiecesAndObjectsEnd() throws Exception {
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("a/empty", 0L);
        sizes.put("a/one", 1L);
        sizes.put("b/just-under", PIECE - 1L);
        sizes.put("b/just-over", PIECE + 1L);
        sizes.put("c d+e%/ünï.bin", 3L * PIECE);
        sizes.put("c d+e%/z", 10L * PIECE + 17);
        sizes.put("z-empty", 0L);
        long total = sizes.values().stream().mapToLong(size -> size).sum();
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            for (Map.Entry<String, Long> file : sizes.entrySet()) {
                cluster.put("set/" + file.getKey(), file.getValue());
            }
            cluster.s3().put(LocalCluster.BUCKET, "set/void/", InputStream.nullInputStream(), 0);
            cluster.put("set-beside", 1000);
            cluster.addSeeder("seeder");
            ArtifactStatus status = ended(cluster, "set/");

            assertThat(status.state()).isEqualTo(ArtifactState.PUBLISHED);
            assertThat(status.directories()).containsExactly("void");
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(total);
            Ledger ledger = cluster.client().ledger(new ArtifactId(status.id()));
            assertThat(ledger.originBytes()).isEqualTo(total);
            assertThat(ledger.wastedBytes()).isZero();
            assertThat(ledger.pieces()).allSatisfy(piece -> assertThat(piece.reads())
                    .extracting(Ledger.Read::outcome)
                    .containsExactly("hashed"));
            InfoDictionary info = torrent(cluster, status);
            assertThat(info.content().singleFile()).isFalse();
            assertThat(info.content().name()).isEqualTo("set");
            List<FileEntry> inOrder = sizes.entrySet().stream()
                    .sorted(Comparator.comparing(
                            file -> file.getKey().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
                    .map(file -> new FileEntry(file.getKey(), file.getValue()))
                    .toList();
            assertThat(info.content().files()).isEqualTo(inOrder);
        }
    }

    @Test
    void manySmallObjectsAreReadOnceEach() throws Exception {
        int count = 1500;
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            List<String> names = IntStream.range(0, count)
                    .mapToObj(i -> String.format("%02d/%04d.json", i % 16, i))
                    .toList();
            byte[] bytes = new byte[300];
            for (String name : names) {
                cluster.s3().put(LocalCluster.BUCKET, "many/" + name, new ByteArrayInputStream(bytes), bytes.length);
            }
            cluster.addSeeder("seeder");
            ArtifactStatus status = ended(cluster, "many/");

            assertThat(status.state()).isEqualTo(ArtifactState.PUBLISHED);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo((long) count * bytes.length);
            assertThat(torrent(cluster, status).content().files())
                    .extracting(FileEntry::path)
                    .containsExactlyElementsOf(names.stream().sorted().toList());
        }
    }

    @Test
    void anObjectThatChangedMeanwhileFailsThePrefixByItsKey() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("set/kept", 100_000);
            cluster.put("set/changed", 100_000);
            cluster.client().requestArtifact(request("set/"));
            cluster.put("set/changed", 100_001);
            ArtifactId id = cluster.onlyArtifact();
            cluster.addSeeder("seeder");
            ArtifactStatus status = cluster.client().artifact(id, Duration.ofSeconds(30));

            assertThat(status.state()).isEqualTo(ArtifactState.FAILED);
            assertThat(status.error()).contains("set/changed").contains("overwritten or deleted");
        }
    }

    @Test
    void directoriesThatCameLaterAreSeenWithoutReadingAgain() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("set/file", 1000);
            cluster.addSeeder("seeder");
            ArtifactStatus first = ended(cluster, "set/");
            cluster.s3().put(LocalCluster.BUCKET, "set/later/", InputStream.nullInputStream(), 0);
            ArtifactStatus second = ended(cluster, "set/");
            cluster.restartTracker();
            ArtifactStatus third = cluster.client().artifact(new ArtifactId(first.id()));

            assertThat(second.id()).isEqualTo(first.id());
            assertThat(second.directories()).containsExactly("later");
            assertThat(third.directories()).containsExactly("later");
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(1000);
        }
    }

    private static ArtifactRequest request(String key) {
        return new ArtifactRequest(LocalCluster.uri(key).toString(), "" + PIECE);
    }

    private static ArtifactStatus ended(LocalCluster cluster, String key) {
        ArtifactStatus status = cluster.client().requestArtifact(request(key));
        for (int i = 0; i < 6 && status.state() == ArtifactState.READING; i++) {
            status = cluster.client().artifact(new ArtifactId(status.id()), Duration.ofSeconds(10));
        }
        return status;
    }

    private static InfoDictionary torrent(LocalCluster cluster, ArtifactStatus status) {
        String infoHash = Objects.requireNonNull(status.infoHash());
        return Metainfo.parse(cluster.client().torrent(InfoHash.fromHex(infoHash)))
                .info();
    }
}
