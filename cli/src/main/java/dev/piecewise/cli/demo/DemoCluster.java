package dev.piecewise.cli.demo;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.TrackerMain;
import dev.piecewise.tracker.TrackerServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * S3 in this process; tracker, seeder and nodes as processes of their own on loopback. Only the tracker gets credentials.
 * Closing it ends them all, the tracker last.
 */
final class DemoCluster implements AutoCloseable {
    /** A tracker that lives for a minute spends more on optimizing its code than that ever gives back. */
    private static final String FEW_REQUESTS = "-XX:TieredStopAtLevel=1 ";

    /** Of all at once, on one machine, for a few transfers, it would not pay. */
    private static final String UNREHEARSED = "--no-rehearse";

    private static final String NODE = "node-";
    private static final Duration START = Duration.ofSeconds(60);

    private final ScratchDirectory scratch;
    private final Consumer<String> complaints;
    private final List<ChildProcess> members = new CopyOnWriteArrayList<>();
    private volatile @Nullable LocalS3 s3;
    private volatile @Nullable ChildProcess tracker;
    private volatile @Nullable TrackerServer ownTracker;

    /**
     * A node of the demo.
     *
     * @param nodeId under which the tracker knows it
     */
    record Member(String name, String nodeId, Path data, Path files) {}

    /** Nothing runs yet; from the first start on it has to be closed. */
    DemoCluster(ScratchDirectory scratch, Consumer<String> complaints) {
        this.scratch = scratch;
        this.complaints = complaints;
    }

    /** Starts S3 and the tracker, and puts everything in that is to be asked for. */
    List<DemoArtifact> startOrigin(long objectBytes) {
        LocalS3 server;
        try {
            server = LocalS3.start(scratch.directory("s3"), secret(), secret());
        } catch (IOException e) {
            throw new ProcessFault(Kind.FAILED, "cannot start the S3 server of the demo: " + e.getMessage(), e);
        }
        s3 = server;
        tracker = startTracker(server);
        return DemoArtifact.putAll(server, objectBytes);
    }

    /** Starts a tracker in this process instead, which reads whatever origins it is configured for. */
    URI startTracker(TrackerConfig config) {
        TrackerServer server =
                TrackerMain.start(config.withListen("127.0.0.1", 0).withState(scratch.directory("tracker")));
        ownTracker = server;
        return server.uri();
    }

    private static String secret() {
        return new BigInteger(120, new SecureRandom()).toString(36);
    }

    private ChildProcess startTracker(LocalS3 server) {
        String nowhere = scratch.path().resolve("no-aws-file").toString();
        return ChildProcess.start(
                "tracker",
                List.of(
                        "tracker",
                        "--listen",
                        "127.0.0.1:0",
                        "--state",
                        scratch.directory("tracker").toString(),
                        "--allow",
                        "s3://" + DemoArtifact.OBJECT.bucket() + "/",
                        UNREHEARSED),
                Map.of(
                        "PIECEWISE_JAVA_OPTS",
                        FEW_REQUESTS + System.getenv().getOrDefault("PIECEWISE_JAVA_OPTS", ""),
                        "AWS_ACCESS_KEY_ID",
                        server.accessKey(),
                        "AWS_SECRET_ACCESS_KEY",
                        server.secretKey(),
                        "AWS_ENDPOINT_URL",
                        server.endpoint().toString(),
                        "AWS_REGION",
                        LocalS3.REGION,
                        "AWS_CONFIG_FILE",
                        nowhere,
                        "AWS_SHARED_CREDENTIALS_FILE",
                        nowhere),
                complaints);
    }

    /** Starts a seeder and so many nodes, and returns the nodes when all of them work. */
    List<Member> startMembers(int nodes) throws InterruptedException {
        URI trackerUri = tracker();
        members.add(startMember("seeder", "seeder", trackerUri, scratch.directory("seeder")));
        List<Path> directories = new ArrayList<>();
        for (int i = 1; i <= nodes; i++) {
            Path directory = scratch.directory(NODE + i);
            scratch.directory(NODE + i + "/files");
            members.add(startMember(NODE + i, "node", trackerUri, directory.resolve("data")));
            directories.add(directory);
        }
        List<Member> started = new ArrayList<>();
        members.get(0).awaitReady(START);
        for (int i = 0; i < nodes; i++) {
            String id = members.get(i + 1).awaitReady(START).path("node").asString();
            Path directory = directories.get(i);
            started.add(new Member(NODE + (i + 1), id, directory.resolve("data"), directory.resolve("files")));
        }
        return started;
    }

    private ChildProcess startMember(String name, String command, URI trackerUri, Path data) {
        return ChildProcess.start(
                name,
                List.of(
                        command,
                        "--tracker",
                        trackerUri.toString(),
                        "--data",
                        data.toString(),
                        "--listen",
                        "127.0.0.1:0",
                        "--advertise",
                        "127.0.0.1",
                        UNREHEARSED),
                Map.of(),
                complaints);
    }

    LocalS3 s3() {
        return Objects.requireNonNull(s3, "started");
    }

    /** The tracker's URL, once it works. */
    URI tracker() throws InterruptedException {
        TrackerServer server = ownTracker;
        if (server != null) {
            return server.uri();
        }
        ChildProcess running = Objects.requireNonNull(tracker, "started");
        return URI.create(running.awaitReady(START).path("url").asString());
    }

    /** Fails if any process has ended by itself. */
    void checkAlive() {
        ChildProcess running = tracker;
        if (running != null) {
            running.checkAlive();
        }
        members.forEach(ChildProcess::checkAlive);
    }

    @Override
    public void close() throws IOException {
        members.forEach(ChildProcess::beginToEnd);
        members.forEach(ChildProcess::awaitEnd);
        ChildProcess last = tracker;
        if (last != null) {
            last.beginToEnd();
            last.awaitEnd();
        }
        TrackerServer own = ownTracker;
        if (own != null) {
            own.close();
        }
        LocalS3 server = s3;
        if (server != null) {
            server.close();
        }
    }

    @Override
    public String toString() {
        return "the demo's processes";
    }
}
