package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FileRoots;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.Seeder;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.seeder.lease.OriginSettings;
import dev.piecewise.torrentbuilder.file.FileOrigin;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.TrackerMain;
import dev.piecewise.tracker.TrackerServer;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system that tracker and seeders share, as an origin. */
class FileOriginTest {
    private static final int SIZE = 3_000_003;

    @TempDir
    Path directory;

    private FetchRequest request(ArtifactUri uri, String name) {
        return FetchRequest.of(uri, Destination.parse(directory.resolve(name).toString()));
    }

    private SeederConfig seeder(URI tracker, String name) {
        return SeederConfig.defaults(tracker, directory.resolve(name))
                .withListen(Listen.loopback())
                .withAdvertise("127.0.0.1");
    }

    @Test
    void filesAndDirectoriesAreReadOnceByWhoeverMayAndNothingElseIs() throws Exception {
        Path shared = Files.createDirectories(directory.resolve("shared/tree"));
        byte[] bytes = new byte[SIZE];
        new Random(3).nextBytes(bytes);
        Files.write(shared.resolve("big file"), bytes);
        Files.createDirectory(shared.resolve("empty"));
        Files.writeString(shared.resolve("small"), "small");
        List<ArtifactUri> allow = List.of(ArtifactUri.parse("file://" + shared + "/"));
        TrackerConfig config = TrackerConfig.defaults()
                .withListen("127.0.0.1", 0)
                .withState(directory.resolve("state"))
                .withAllow(allow);
        try (TrackerServer tracker = TrackerMain.start(config, List.of(FileOrigin.of(allow)));
                TrackerClient client = new TrackerClient(tracker.uri(), Optional.empty());
                Seeder elsewhere = SeederMain.start(seeder(tracker.uri(), "elsewhere"));
                Seeder mounted = SeederMain.start(seeder(tracker.uri(), "mounted")
                        .withOrigin(OriginSettings.defaults().withFiles(new FileRoots(List.of(shared)))));
                Piecewise node = Piecewise.open(NodeConfig.defaults(tracker.uri(), directory.resolve("node"))
                        .withListen(Listen.loopback())
                        .withAdvertise("127.0.0.1"))) {
            assertThat(elsewhere.nodeId()).isNotEqualTo(mounted.nodeId());
            LocalCluster.fetch(node, request(ArtifactUri.parse("file://" + shared + "/"), "copy"));
            assertThat(directory.resolve("copy/big file")).hasBinaryContent(bytes);
            assertThat(directory.resolve("copy/small")).hasContent("small");
            assertThat(directory.resolve("copy/empty")).isDirectory();
            ArtifactStatus status = client.artifacts().artifacts().get(0);
            assertThat(status.originBytes()).isEqualTo(SIZE + 5);
            assertThat(client.ledger(new ArtifactId(status.id())).wastedBytes()).isZero();

            Path secret = Files.writeString(directory.resolve("shared/secret"), "secret");
            assertThat(node.fetch(request(ArtifactUri.parse("file://" + secret), "x"), ProgressListener.NONE))
                    .isInstanceOf(FetchOutcome.Denied.class);
        }
    }
}
