package dev.piecewise.bench.bound;

import dev.piecewise.bench.Scratch;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.Node;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
import dev.piecewise.client.rehearsal.NodeRehearsal;
import dev.piecewise.core.Place;
import dev.piecewise.peer.wire.EngineConfig;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.lease.OriginSettings;
import dev.piecewise.trackerclient.api.Ingest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Several nodes in one process, each with an address and a data directory of its own. Ends with its input. */
@Command(name = "nodes", hidden = true)
public final class NodesMain implements Callable<Integer> {
    @Option(names = "--tracker", required = true)
    private URI tracker = URI.create("");

    @Option(names = "--node", paramLabel = "ADDRESS=DATA", required = true)
    private Map<String, Path> nodes = new LinkedHashMap<>();

    @Option(names = "--zone", paramLabel = "ADDRESS=LABEL")
    private Map<String, String> zones = new LinkedHashMap<>();

    @Option(names = "--upload-slots", defaultValue = Option.NULL_VALUE)
    private @Nullable Integer uploadSlots;

    @Override
    public Integer call() throws IOException {
        try (Scratch rehearsal = new Scratch(Files.createTempDirectory("piecewise-rehearsal-"))) {
            FetchOutcome unused = NodeRehearsal.run(rehearsal.path()); // as every node that stays does
        }
        List<Node> running = new ArrayList<>();
        try {
            EngineConfig.Limits usual = EngineConfig.Limits.usual();
            EngineConfig.Limits limits = uploadSlots == null ? usual : usual.withPeers(usual.maxPeers(), uploadSlots);
            nodes.forEach((address, data) -> running.add(NodeMain.start(NodeConfig.defaults(tracker, data)
                    .withListen(Listen.parse(address + ":6881"))
                    .withAdvertise(address)
                    .withLimits(limits)
                    .withIngest(Ingest.AUTO, OriginSettings.defaults())
                    .withPlace(new Place(zones.getOrDefault(address, ""), "")))));
            System.out.println("READY");
            while (System.in.read() >= 0) {
                // Nothing is to be said.
            }
        } finally {
            running.forEach(Node::close);
        }
        return 0;
    }
}
