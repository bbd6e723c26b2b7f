package dev.piecewise.client;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.Seeder;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.torrentbuilder.s3.S3Origin;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.TrackerMain;
import dev.piecewise.tracker.TrackerServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** S3, tracker and seeder in this process. */
final class Cluster implements AutoCloseable {
    final LocalS3 s3;
    private final Path directory;
    private final S3Origin origin;
    private final TrackerServer tracker;
    private Seeder seeder;

    Cluster(Path directory) throws IOException {
        this.directory = directory;
        s3 = LocalS3.start(Files.createDirectories(directory.resolve("s3")), "access", "secret-key");
        s3.createBucket("models");
        origin = S3Origin.at(s3.endpoint(), LocalS3.REGION, s3.accessKey(), s3.secretKey());
        tracker = TrackerMain.start(
                TrackerConfig.defaults()
                        .withListen("127.0.0.1", 0)
                        .withAllow(List.of(ArtifactUri.parse("s3://models/"))),
                List.of(origin));
        seeder = startSeeder();
    }

    private Seeder startSeeder() {
        return SeederMain.start(seederConfig());
    }

    private SeederConfig seederConfig() {
        return SeederConfig.defaults(tracker.uri(), directory.resolve("seeder")).withListen(Listen.loopback());
    }

    /** Lets the seeder serve the gets on its data directory. */
    SeederGets serveGets() {
        return SeederGets.serve(seeder, seederConfig());
    }

    void restartSeeder() {
        seeder.close();
        seeder = startSeeder();
    }

    URI tracker() {
        return tracker.uri();
    }

    NodeConfig node(String name) {
        return NodeConfig.defaults(tracker.uri(), directory.resolve(name)).withListen(Listen.loopback());
    }

    byte[] put(String key, int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        s3.put("models", key, new ByteArrayInputStream(bytes), size);
        s3.resetCounters();
        return bytes;
    }

    @Override
    public void close() throws IOException {
        seeder.close();
        tracker.close();
        origin.close();
        s3.close();
    }
}
