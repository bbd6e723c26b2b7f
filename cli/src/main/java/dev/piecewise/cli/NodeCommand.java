package dev.piecewise.cli;

import dev.piecewise.client.Node;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
import dev.piecewise.core.ByteRate;
import dev.piecewise.trackerclient.api.Ingest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code piecewise node}. */
@Command(
        description = {
            "",
            "Owns the data directory of this machine: fetches for every 'piecewise get' with the same --data, seeds what it "
                    + "holds, and goes on with what was incomplete when it starts again.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise node --tracker http://tracker:7070",
            "  piecewise node --tracker http://tracker:7070 --data /scratch/piecewise --advertise 10.0.0.7",
            ""
        })
final class NodeCommand implements Callable<Integer> {
    private static final int LEASES = 8;
    /** A short {@code get} that had the data directory first may end. */
    private static final Duration DATA_IN_USE = Duration.ofSeconds(10);

    private final Surroundings surroundings;

    @Mixin
    private TrackerOptions trackerOptions = new TrackerOptions();

    @Mixin
    private PeerOptions peerOptions = new PeerOptions();

    @Mixin
    private WebSeedOptions webSeedOptions = new WebSeedOptions();

    @Option(
            names = "--ingest",
            paramLabel = "auto|never|only",
            description = {
                "Whether to read from S3 by the tracker's leases. auto: of what is fetched here, while that brings more to "
                        + "everybody, and not with --max-download. never: all comes from peers. only: whatever is asked for, "
                        + "as a seeder does.",
                "Default: auto"
            })
    private String ingest = "auto";

    @Mixin
    private OriginOptions originOptions = new OriginOptions();

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    NodeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Lifetime lifetime = daemon.begin(surroundings)) {
            NodeConfig config = config();
            Node node = lifetime.own(NodeMain.start(config, DATA_IN_USE));
            daemon.rehearsal().rehearseFetching(lifetime, config.data());
            daemon.ready(
                    surroundings,
                    "piecewise node: ready, tracker ",
                    trackerOptions.tracker(),
                    node.nodeId(),
                    config.data(),
                    node.webSeedPort());
            lifetime.awaitEnd(node.failure());
        }
        return 0;
    }

    NodeConfig config() {
        NodeConfig plain = peerOptions.node(surroundings, Optional.of(trackerOptions.tracker()), trackerOptions);
        Ingest wanted = OptionValues.ingest(ingest);
        long downloadRate = plain.limits().downloadRate();
        boolean spared = wanted == Ingest.AUTO && downloadRate != ByteRate.UNLIMITED;
        NodeConfig config =
                plain.withIngest(spared ? Ingest.NEVER : wanted, originOptions.settings(LEASES, downloadRate));
        return webSeedOptions
                .offByDefault(plain.listen())
                .map(config::withWebSeed)
                .orElse(config);
    }
}
