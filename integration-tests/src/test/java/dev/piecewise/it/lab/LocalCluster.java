package dev.piecewise.it.lab;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.Place;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.Seeder;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.torrentbuilder.s3.S3Origin;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.TrackerMain;
import dev.piecewise.tracker.TrackerServer;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;

/** S3, tracker, seeders and nodes in this JVM, with real sockets between them. Closed in reverse order of starting. */
public final class LocalCluster implements AutoCloseable {
    /** The one bucket. */
    public static final String BUCKET = "bucket";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path root;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final LocalS3 s3;
    private final S3Origin origin;
    private final UnaryOperator<TrackerConfig> tuning;
    private final TrackerClient client;
    private TrackerServer tracker;

    private LocalCluster(Path root, UnaryOperator<TrackerConfig> tuning) throws IOException {
        this.root = root;
        this.tuning = tuning;
        s3 = own(LocalS3.start(root.resolve("s3"), "access", "secret"));
        s3.createBucket(BUCKET);
        origin = own(S3Origin.at(s3.endpoint(), LocalS3.REGION, s3.accessKey(), s3.secretKey()));
        tracker = startTracker(0);
        client = own(new TrackerClient(tracker.uri(), Optional.empty()));
    }

    /** S3 with an empty bucket, and a tracker on any free port. */
    public static LocalCluster start(Path root) throws IOException {
        return start(root, UnaryOperator.identity());
    }

    /** The same with another tracker configuration. */
    public static LocalCluster start(Path root, UnaryOperator<TrackerConfig> tuning) throws IOException {
        return new LocalCluster(root, tuning);
    }

    public LocalS3 s3() {
        return s3;
    }

    /** A client of the tracker. */
    public TrackerClient client() {
        return client;
    }

    /** The tracker's URL; a restart keeps it. */
    public URI trackerUrl() {
        return tracker.uri();
    }

    /** Ends the tracker and starts another on the same state and port. */
    public void restartTracker() {
        int port = tracker.uri().getPort();
        tracker.close();
        tracker = startTracker(port);
    }

    /** A seeder with its own data directory. */
    public Seeder addSeeder(String name) {
        return own(SeederMain.start(SeederConfig.defaults(trackerUrl(), dataOf(name))
                .withListen(Listen.loopback())
                .withAdvertise("127.0.0.1")));
    }

    /** The same in a zone. */
    public Seeder addSeeder(String name, Place place) {
        return own(SeederMain.start(SeederConfig.defaults(trackerUrl(), dataOf(name))
                .withListen(Listen.loopback())
                .withAdvertise("127.0.0.1")
                .withPlace(place)));
    }

    /** A node in a zone. */
    public Piecewise addNode(String name, Place place) {
        return own(Piecewise.open(NodeConfig.defaults(trackerUrl(), dataOf(name))
                .withListen(Listen.loopback())
                .withAdvertise("127.0.0.1")
                .withPlace(place)));
    }

    /** A node with its own data directory. */
    public Piecewise addNode(String name) {
        return addNode(name, "127.0.0.1");
    }

    /** The same at another address of the loopback network, for clients that know a peer by its address alone. */
    public Piecewise addNode(String name, String host) {
        return own(Piecewise.open(NodeConfig.defaults(trackerUrl(), dataOf(name))
                .withListen(new Listen(host, 0, 0))
                .withAdvertise(host)));
    }

    /** Where a process of that name keeps its bytes. */
    public Path dataOf(String name) {
        return root.resolve("data-" + name);
    }

    /** Stores an object of reproducible bytes and returns a copy of it to compare with. */
    public Path put(String key, long sizeBytes) throws IOException {
        return put(s3, root, key, sizeBytes);
    }

    /** The same into a server that is no part of a cluster; the copy lies in {@code root}. */
    public static Path put(LocalS3 s3, Path root, String key, long sizeBytes) throws IOException {
        Path source = Files.createTempFile(root, "source", ".bin");
        writeRandom(source, sizeBytes, key.hashCode());
        try (InputStream bytes = Files.newInputStream(source)) {
            s3.put(BUCKET, key, bytes, sizeBytes);
        }
        return source;
    }

    /** What to ask for to get that key. */
    public static ArtifactUri uri(String key) {
        return new ArtifactUri("s3", BUCKET, key);
    }

    /** The .torrent that the tracker serves once the object is read, in a file. */
    public Path torrent(String key, String pieceSize) throws IOException {
        Path file = Files.createTempFile(root, "served", ".torrent");
        String infoHash = Objects.requireNonNull(published(key, pieceSize).infoHash());
        return Files.write(file, client.torrent(InfoHash.fromHex(infoHash)));
    }

    /** The magnet link that the tracker gives once the object, or the prefix, is read. */
    public String magnet(String key, String pieceSize) {
        return Objects.requireNonNull(published(key, pieceSize).magnet());
    }

    private ArtifactStatus published(String key, String pieceSize) {
        ArtifactStatus status = client.requestArtifact(new ArtifactRequest(uri(key).toString(), pieceSize));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (status.state() == ArtifactState.READING && System.nanoTime() < deadline) {
            status = client.artifact(new ArtifactId(status.id()), Duration.ofSeconds(5));
        }
        Assertions.assertThat(status.infoHash()).as("infohash of " + key).isNotNull();
        return status;
    }

    /** Fetches, and fails the test unless it completes. */
    public static FetchOutcome.Complete fetch(Piecewise node, FetchRequest request) {
        FetchOutcome outcome = node.fetch(request, ProgressListener.NONE);
        Assertions.assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        return (FetchOutcome.Complete) outcome;
    }

    /** A request with the defaults. */
    public static FetchRequest request(String key, Path destination) {
        return FetchRequest.of(uri(key), Destination.parse(destination.toString()));
    }

    /** The id of the only artifact that the tracker knows. */
    public ArtifactId onlyArtifact() {
        List<String> ids = client.artifacts().artifacts().stream()
                .map(status -> status.id())
                .toList();
        Assertions.assertThat(ids).hasSize(1);
        return new ArtifactId(ids.get(0));
    }

    /** Closes something with the cluster, before what was started earlier. */
    public <T extends AutoCloseable> T own(T part) {
        started.push(part);
        return part;
    }

    private TrackerServer startTracker(int port) {
        TrackerConfig config = TrackerConfig.defaults()
                .withListen("127.0.0.1", port)
                .withState(root.resolve("tracker"))
                .withAllow(List.of(ArtifactUri.parse("s3://" + BUCKET + "/")));
        return TrackerMain.start(tuning.apply(config), List.of(origin));
    }

    private static void writeRandom(Path file, long sizeBytes, long seed) throws IOException {
        Random random = new Random(seed);
        byte[] buffer = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = sizeBytes; left > 0; left -= Math.min(left, buffer.length)) {
                random.nextBytes(buffer);
                out.write(buffer, 0, (int) Math.min(left, buffer.length));
            }
        }
    }

    @Override
    public void close() throws IOException {
        // The tracker may have been replaced, so it is not among the parts; it ends before the S3 that its origin uses.
        while (started.size() > 2) {
            closeLast();
        }
        tracker.close();
        while (!started.isEmpty()) {
            closeLast();
        }
    }

    private void closeLast() throws IOException {
        try {
            started.pop().close();
        } catch (Exception e) {
            throw new IOException("a part of the cluster did not close", e);
        }
    }
}
