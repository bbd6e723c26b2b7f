package dev.piecewise.client;

import java.net.URI;
import java.nio.file.Path;

/** The example of docs/java.md. */
final class QuickStart {
    private QuickStart() {}

    static FetchOutcome fetch(String tracker, String data, String uri, String destination) {
        // docs: begin
        NodeConfig config = NodeConfig.defaults(URI.create(tracker), Path.of(data));
        try (Piecewise piecewise = Piecewise.open(config)) {
            FetchOutcome outcome = piecewise.fetch(uri, destination);
            if (outcome instanceof FetchOutcome.Complete complete) {
                System.out.println(complete.files() + ": " + complete.bytesFromPeers() + " bytes from peers");
            } else {
                System.err.println(outcome);
            }
            return outcome;
        }
        // docs: end
    }
}
