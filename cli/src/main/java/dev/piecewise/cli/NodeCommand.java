package dev.piecewise.cli;

import dev.piecewise.client.Node;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
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
    private final Surroundings surroundings;

    @Mixin
    private TrackerOptions trackerOptions = new TrackerOptions();

    @Mixin
    private PeerOptions peerOptions = new PeerOptions();

    @Mixin
    private WebSeedOptions webSeedOptions = new WebSeedOptions();

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
        NodeConfig plain = peerOptions.node(surroundings, Optional.of(trackerOptions.tracker()), trackerOptions);
        NodeConfig config = webSeedOptions
                .offByDefault(plain.listen())
                .map(plain::withWebSeed)
                .orElse(plain);
        try (Lifetime lifetime = new Lifetime(surroundings)) {
            if (exitWithStdin) {
                lifetime.endWithStandardInput();
            }
            Node node = lifetime.own(NodeMain.start(config));
            ready(config, node);
            lifetime.awaitEnd(node.failure());
        }
        return 0;
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
