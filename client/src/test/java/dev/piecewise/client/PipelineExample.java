package dev.piecewise.client;

import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.Stage;
import dev.piecewise.core.Selection;
import java.util.List;

/** The second example of docs/java.md. */
final class PipelineExample {
    private PipelineExample() {}

    static boolean run(NodeConfig config, String scratch) throws InterruptedException {
        // docs: begin
        Stage caption = () -> List.of(DownloadRequest.of("s3://models/llm.bin", scratch + "/llm.bin"));
        Stage train = () -> List.of(
                DownloadRequest.of("s3://models/llm.bin", scratch + "/llm.bin"),
                DownloadRequest.of("s3://models/set/", scratch + "/set")
                        .withSelection(Selection.parse(List.of("*.json"), List.of("old/"))));
        try (Piecewise piecewise = Piecewise.open(config);
                Downloads downloads = piecewise.fetchFor(List.of(caption, train))) {
            while (!downloads.isComplete()) {
                Thread.sleep(100); // the pipeline's other preparations; or just downloads.await()
            }
            for (DownloadResult result : downloads.await()) {
                System.out.println(result.request().uri() + ": " + result.outcome());
            }
            return DownloadResult.exitCode(downloads.await()) == 0;
        }
        // docs: end
    }
}
