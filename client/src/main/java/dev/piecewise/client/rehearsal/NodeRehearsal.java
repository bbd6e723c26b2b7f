package dev.piecewise.client.rehearsal;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.Node;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.request.Destination;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.lease.OriginSettings;
import dev.piecewise.trackerclient.api.Ingest;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Lets a node or a seeder do once, before anybody waits for it, what it will be asked for: a young JVM takes seconds for the first
 * pass through code that later takes milliseconds. Two nodes within this process, one that reads and one that is asked through its
 * socket, move a small artifact that nobody else hears of: tracker and origin are a {@link Stage} on loopback.
 */
public final class NodeRehearsal {
    private static final int LEASES = 4;

    private NodeRehearsal() {}

    /**
     * Returns when it is over and everything is closed; an interrupt breaks it off.
     *
     * @param directory empty; whoever calls removes it
     * @return how the fetch ended
     * @throws IOException if there is no port on loopback
     * @throws dev.piecewise.core.fault.PiecewiseFault if a node cannot start
     */
    public static FetchOutcome run(Path directory) throws IOException {
        try (Stage stage = Stage.open();
                Node reader = NodeMain.start(config(stage, directory.resolve("reader"))
                        .withIngest(Ingest.ONLY, OriginSettings.defaults().withLeases(LEASES)));
                Node asked = NodeMain.start(config(stage, directory.resolve("asked")));
                Piecewise asker = Piecewise.open(config(stage, directory.resolve("asked")))) {
            if (reader.failure().toCompletableFuture().isDone()
                    || asked.failure().toCompletableFuture().isDone()) {
                throw new IOException("a node of the rehearsal failed");
            }
            return asker.fetch(
                    FetchRequest.of(Play.OBJECT, Destination.of(directory.resolve("file"))), ProgressListener.NONE);
        }
    }

    private static NodeConfig config(Stage stage, Path data) {
        return NodeConfig.defaults(stage.url(), data)
                .withListen(Listen.loopback())
                .withAdvertise(Stage.HOST);
    }
}
