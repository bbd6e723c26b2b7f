package dev.piecewise.cli;

import dev.piecewise.client.Node;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
import dev.piecewise.core.ByteRate;
import dev.piecewise.trackerclient.api.Ingest;
import java.util.LinkedHashMap;
import java.util.Map;
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
    private RehearsalOption rehearsal = new RehearsalOption();

    @Option(names = "--json", description = "Print events as JSON, one a line; the first has \"event\":\"ready\".")
    private boolean json;

    @Option(names = "--exit-with-stdin", hidden = true)
    private boolean exitWithStdin;

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    NodeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        Logging.configure(verbosity, Logging.Kind.STAYS_UP);
        NodeConfig config = config();
        try (Lifetime lifetime = new Lifetime(surroundings)) {
            if (exitWithStdin) {
                lifetime.endWithStandardInput();
            }
            Node node = lifetime.own(NodeMain.start(config));
            rehearsal.rehearseFetching(lifetime, config.data());
            ready(config, node);
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

    private void ready(NodeConfig config, Node node) {
        if (json) {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("node", node.nodeId());
            fields.put("data", config.data().toString());
            fields.put("tracker", trackerOptions.tracker().toString());
            node.webSeedPort().ifPresent(port -> fields.put("webSeedPort", port.toString()));
            surroundings.out().println(Json.event("ready", fields));
        } else if (!verbosity.quiet()) {
            surroundings
                    .out()
                    .println("piecewise node: ready, tracker " + trackerOptions.tracker() + ", data in "
                            + config.data()
                            + node.webSeedPort()
                                    .map(port -> ", web seed on port " + port)
                                    .orElse(""));
        }
        surroundings.out().flush();
    }
}
