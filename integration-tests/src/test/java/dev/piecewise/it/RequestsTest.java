package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.client.DownloadListener;
import dev.piecewise.client.DownloadOptions;
import dev.piecewise.client.DownloadPreview;
import dev.piecewise.client.DownloadResult;
import dev.piecewise.client.Downloads;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.PlanPreview;
import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.Stage;
import dev.piecewise.client.request.UnpackInto;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.seeder.http.WebSeedConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pipeline asks for, many things at once, from Java and from a file. */
class RequestsTest {
    private static final int SIZE = 1_000_003;

    @TempDir
    Path directory;

    private DownloadRequest object(String key, String destination) {
        return DownloadRequest.of(LocalCluster.uri(key), Destination.of(directory.resolve(destination)));
    }

    private List<String> files(String below) throws IOException {
        Path root = directory.resolve(below);
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> !path.equals(root))
                    .map(path -> root.relativize(path) + (Files.isDirectory(path) ? "/" : ""))
                    .sorted()
                    .toList();
        }
    }

    private static byte[] zip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("bin/run"));
            zip.write("run".repeat(10_000).getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void whatManyStagesNeedLeavesTheOriginOnceAndOneFailureStopsNoOther() throws Exception {
        byte[] archive = zip();
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path model = cluster.put("model.bin", SIZE);
            cluster.put("set/a/one.bin", 70_000);
            cluster.put("set/two.bin", 80_000);
            cluster.put("set/two.tmp", 90_000);
            cluster.s3().put(LocalCluster.BUCKET, "set/void/", InputStream.nullInputStream(), 0);
            cluster.s3().put(LocalCluster.BUCKET, "tools.zip", new ByteArrayInputStream(archive), archive.length);
            cluster.addSeeder("seeder");
            Piecewise node = cluster.addNode("node");
            Stage loading = () -> List.of(object("model.bin", "first/model.bin"), object("absent.bin", "absent.bin"));
            Stage training = () -> List.of(
                    object("model.bin", "first/model.bin"),
                    object("model.bin", "second/renamed.bin"),
                    object("set/", "set").withSelection(Selection.parse(List.of(), List.of("*.tmp", "void/"))),
                    object("tools.zip", "tools.zip")
                            .withUnpack(new UnpackInto(directory.resolve("tools"), Unpack.auto())));

            List<DownloadResult> results;
            try (Downloads downloads = node.fetchFor(List.of(loading, training))) {
                results = downloads.await();
                assertThat(downloads.isComplete()).isTrue();
            }

            assertThat(results).hasSize(5);
            assertThat(results.get(1).outcome()).isInstanceOf(FetchOutcome.NotFound.class);
            assertThat(results).filteredOn(DownloadResult::succeeded).hasSize(4);
            assertThat(DownloadResult.exitCode(results)).isEqualTo(3);
            assertThat(directory.resolve("first/model.bin")).hasSameBinaryContentAs(model);
            assertThat(directory.resolve("second/renamed.bin")).hasSameBinaryContentAs(model);
            assertThat(files("set")).containsExactly("a/", "a/one.bin", "two.bin");
            assertThat(directory.resolve("tools.zip")).hasBinaryContent(archive);
            assertThat(directory.resolve("tools/bin/run")).hasSize(30_000);
            long wanted = SIZE + 70_000L + 80_000 + archive.length;
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(wanted);

            try (Downloads again = node.fetchFor(List.of(loading, training))) {
                assertThat(again.await()).filteredOn(DownloadResult::succeeded).hasSize(4);
            }
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(wanted);
        }
    }

    @Test
    void requestsForOverlappingFilesLeaveTheOriginOnce() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path two = cluster.put("set/a/two.bin", 300_000);
            cluster.put("set/one.bin", 200_001);
            cluster.put("set/three.json", 100_000);
            cluster.own(SeederMain.start(SeederConfig.defaults(cluster.trackerUrl(), cluster.dataOf("seeder"))
                    .withListen(Listen.loopback())
                    .withAdvertise("127.0.0.1")
                    .withWebSeed(WebSeedConfig.loopback())));
            Piecewise node = cluster.addNode("node");

            try (Downloads downloads = node.fetch(List.of(
                    object("set/", "all"),
                    object("set/", "some").withSelection(Selection.parse(List.of("*.bin"), List.of())),
                    object("set/", "same").withSelection(Selection.parse(List.of(), List.of("*.json"))),
                    object("set/a/two.bin", "two.bin"),
                    object("set/a/two.bin", "other.bin").withPieceLength(new PieceLength(64 * 1024))))) {
                assertThat(downloads.await()).allMatch(DownloadResult::succeeded);
            }

            assertThat(files("all")).containsExactly("a/", "a/two.bin", "one.bin", "three.json");
            assertThat(files("some")).isEqualTo(files("same")).containsExactly("a/", "a/two.bin", "one.bin");
            assertThat(directory.resolve("other.bin")).hasSameBinaryContentAs(two);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(600_001);
        }
    }

    @Test
    void aPatternThatMeansNothingIsAnErrorThatNamesIt() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("set/a.bin", 1000);
            Piecewise node = cluster.addNode("node");

            try (Downloads downloads = node.fetch(
                    List.of(object("set/", "set").withSelection(Selection.parse(List.of("*.json"), List.of()))))) {
                assertThat(downloads.await().get(0).outcome())
                        .isInstanceOfSatisfying(FetchOutcome.NotFound.class, outcome -> assertThat(outcome.message())
                                .startsWith("of the 1 files below s3://bucket/set/ none is selected by include"
                                        + " *.json"));
            }
            assertThat(directory.resolve("set")).doesNotExist();
        }
    }

    @Test
    void aCancelledDownloadSaysSoForEachRequestAndLeavesNothing() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("model.bin", SIZE);
            Piecewise node = cluster.addNode("node"); // and no seeder: it waits
            CountDownLatch begun = new CountDownLatch(1);
            DownloadListener listener = new DownloadListener() {
                @Override
                public void progress(int request, FetchProgress progress) {
                    if (progress.phase() == FetchProgress.Phase.READING_ORIGIN) {
                        begun.countDown();
                    }
                }
            };
            DownloadPlan plan = new DownloadPlan(List.of(object("model.bin", "one"), object("model.bin", "two")));
            Downloads downloads = node.fetch(plan, DownloadOptions.defaults().withParallel(1), listener);
            assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(downloads.isComplete()).isFalse();
            assertThat(downloads.states().get(0).progress()).isPresent();
            assertThat(downloads.states().get(1).progress()).isEmpty();

            downloads.close();

            assertThat(downloads.await()).extracting(DownloadResult::outcome).allSatisfy(outcome -> assertThat(outcome)
                    .isInstanceOf(FetchOutcome.Failed.class));
            assertThat(directory.resolve("one")).doesNotExist();
        }
    }

    @Test
    void anUnknownProfileEndsAllBeforeAnythingMoves() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("model.bin", SIZE);
            cluster.addSeeder("seeder");
            Piecewise node = cluster.addNode("node");

            assertThatThrownBy(() -> node.fetch(List.of(
                            object("model.bin", "one"),
                            object("model.bin", "two").withProfile("west"))))
                    .isInstanceOf(ProcessFault.class)
                    .hasMessage("the tracker has no profile 'west' (of s3://bucket/model.bin); it has default; nothing"
                            + " was fetched");
            assertThat(cluster.s3().objectHeads() + cluster.s3().objectGets()).isZero();
        }
    }

    @Test
    void aPreviewSaysWhatIsUpToDateAndReadsNothing() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("model.bin", SIZE);
            cluster.put("set/a.bin", 70_000);
            cluster.put("set/b.bin", 80_000);
            cluster.put("other.bin", 1000);
            cluster.addSeeder("seeder");
            Piecewise node = cluster.addNode("node");
            try (Downloads downloads = node.fetch(List.of(object("model.bin", "model"), object("set/", "set")))) {
                assertThat(DownloadResult.exitCode(downloads.await())).isZero();
            }
            Files.delete(directory.resolve("set/a.bin"));
            Files.writeString(directory.resolve("other"), "x".repeat(1000));
            Files.writeString(directory.resolve("shorter"), "x");
            Files.copy(directory.resolve("model"), directory.resolve("copied"));
            byte[] altered = Files.readAllBytes(directory.resolve("model"));
            altered[altered.length / 2]++;
            Files.write(directory.resolve("altered"), altered);
            long sent = cluster.s3().objectBytesSent();
            int artifacts = cluster.client().artifacts().artifacts().size();

            List<DownloadPreview> previews = PlanPreview.of(
                    NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf("node")),
                    new DownloadPlan(List.of(
                            object("model.bin", "model"),
                            object("set/", "set"),
                            object("other.bin", "other"),
                            object("other.bin", "shorter"),
                            object("other.bin", "nowhere"),
                            object("absent.bin", "absent"),
                            DownloadRequest.unpacked(
                                    LocalCluster.uri("other.bin"),
                                    new UnpackInto(directory.resolve("unpacked"), Unpack.auto())))),
                    DownloadOptions.defaults());

            assertThat(previews)
                    .extracting(preview -> preview.found()
                            .map(found -> found.presence().toString())
                            .orElse("none"))
                    .containsExactly(
                            "UP_TO_DATE", "INCOMPLETE", "NOT_COMPARED", "DIFFERENT", "ABSENT", "none", "ABSENT");
            assertThat(previews.get(5).problem().orElseThrow()).isInstanceOf(FetchOutcome.NotFound.class);
            DownloadPreview.Found found = previews.get(1).found().orElseThrow();
            assertThat(found.totalBytes()).isEqualTo(150_000);
            assertThat(found.fileCount()).isEqualTo(2);
            assertThat(found.pieceCount()).isEqualTo(1);
            for (boolean verify : new boolean[] {false, true}) {
                assertThat(PlanPreview.of(
                                NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf("node")),
                                new DownloadPlan(List.of(
                                        object("model.bin", "model"),
                                        object("model.bin", "copied"),
                                        object("model.bin", "altered"))),
                                DownloadOptions.defaults().withVerify(verify)))
                        .extracting(preview ->
                                preview.found().orElseThrow().presence().toString())
                        .as("files that no record tells of are read only if that is asked for")
                        .containsExactly(
                                "UP_TO_DATE",
                                verify ? "UP_TO_DATE" : "NOT_COMPARED",
                                verify ? "DIFFERENT" : "NOT_COMPARED");
            }
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(sent);
            assertThat(cluster.client().artifacts().artifacts()).hasSize(artifacts);
        }
    }

    @Test
    void theCommandOfExecRunsOnceAllIsThereAndNotIfSomethingIsMissing() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("one.bin", 70_000);
            cluster.put("two.bin", 80_000);
            cluster.addSeeder("seeder");
            Path file = Files.writeString(
                    directory.resolve("requests.yaml"),
                    """
                    requests:
                      - {object: s3://bucket/one.bin, destination: one}
                      - {object: s3://bucket/two.bin, destination: two}
                    """);
            Map<String, String> environment = Map.of(
                    "PIECEWISE_TRACKER",
                    cluster.trackerUrl().toString(),
                    "PIECEWISE_DATA",
                    directory.resolve("data").toString());
            String count = "cat \"$1\" \"$2\" | wc -c; exit 7";
            String[] command = {
                "--listen",
                "127.0.0.1:0",
                "--",
                "sh",
                "-c",
                count,
                "sh",
                directory.resolve("one").toString(),
                directory.resolve("two").toString()
            };
            try (PiecewiseProcess exec = exec(environment, file, command)) {
                assertThat(exec.exitCode()).as(exec.toString()).isEqualTo(7);
                assertThat(exec.out()).containsExactly("150000");
            }
            Files.writeString(
                    file, "  - {object: s3://bucket/absent, destination: absent}\n", StandardOpenOption.APPEND);
            try (PiecewiseProcess exec = exec(environment, file, command)) {
                assertThat(exec.exitCode()).as(exec.toString()).isEqualTo(3);
                assertThat(exec.out()).isEmpty();
                assertThat(exec.err()).anyMatch(line -> line.contains("s3://bucket/absent"));
            }
        }
    }

    private static PiecewiseProcess exec(Map<String, String> environment, Path file, String... more) {
        return PiecewiseProcess.start(
                environment,
                Stream.concat(Stream.of("exec", "--file", file.toString()), Stream.of(more))
                        .toArray(String[]::new));
    }
}
