package dev.piecewise.cli.demo;

import dev.piecewise.cli.demo.DemoCluster.Member;
import dev.piecewise.cli.progress.FetchText;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Asks one node of the demo for all artifacts, as {@code piecewise get} on its machine does. */
final class DemoNode implements Asking.Asked {
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(60);

    private final Member member;
    private final List<DemoArtifact> artifacts;
    private final NodeConfig config;
    private final Optional<PieceLength> pieceLength;
    private final LongSupplier nanoTime;
    private final FetchText display;
    private final Map<ArtifactUri, FetchOutcome> outcomes = new ConcurrentHashMap<>();
    private volatile @Nullable FetchProgress progress;
    private volatile long startNanos;
    private volatile long endNanos;

    DemoNode(
            Member member,
            List<DemoArtifact> artifacts,
            URI tracker,
            Optional<PieceLength> pieceLength,
            LongSupplier nanoTime) {
        this.member = member;
        this.artifacts = artifacts;
        this.config = NodeConfig.defaults(tracker, member.data());
        this.pieceLength = pieceLength;
        this.nanoTime = nanoTime;
        this.display = new FetchText(nanoTime);
    }

    String name() {
        return member.name();
    }

    @Override
    public CompletableFuture<Void> ask(ExecutorService threads) {
        startNanos = nanoTime.getAsLong();
        return CompletableFuture.allOf(artifacts.stream()
                        .map(artifact -> CompletableFuture.runAsync(() -> fetch(artifact.uri()), threads))
                        .toArray(CompletableFuture<?>[]::new))
                .whenComplete((nothing, fault) -> endNanos = nanoTime.getAsLong());
    }

    private void fetch(ArtifactUri uri) {
        ProgressListener listener = uri.equals(DemoArtifact.OBJECT) ? now -> progress = now : ProgressListener.NONE;
        try (Piecewise piecewise = Piecewise.open(config)) {
            FetchRequest request =
                    FetchRequest.of(uri, Destination.of(path(uri))).withStallTimeout(STALL_TIMEOUT);
            outcomes.put(
                    uri,
                    piecewise.fetch(pieceLength.map(request::withPieceLength).orElse(request), listener));
        }
    }

    private Path path(ArtifactUri uri) {
        return member.files().resolve(uri.name());
    }

    @Override
    public String line() {
        FetchProgress seen = progress;
        FetchOutcome object = outcomes.get(DemoArtifact.OBJECT);
        String text;
        if (object != null && (outcomes.size() == artifacts.size() || seen == null)) {
            text = FetchText.message(object);
        } else if (seen == null) {
            text = "asking the tracker";
        } else {
            text = display.line(seen);
        }
        return String.format("%-8s %s", name(), text);
    }

    /** What went wrong, if anything did. */
    Optional<String> failure() {
        return outcomes.values().stream()
                .filter(outcome -> !(outcome instanceof FetchOutcome.Complete))
                .map(outcome -> name() + ": " + FetchText.message(outcome))
                .findFirst();
    }

    /** Hashes all files; only after {@link #ask} completed. */
    DemoReport.NodeResult verify() {
        long fromPeers = 0;
        long fromOrigin = 0;
        boolean verified = true;
        for (DemoArtifact artifact : artifacts) {
            if (outcomes.get(artifact.uri()) instanceof FetchOutcome.Complete complete) {
                fromPeers += complete.bytesFromPeers();
                fromOrigin += complete.bytesFromOrigin();
                verified &= artifact.isAt(path(artifact.uri()));
            } else {
                verified = false;
            }
        }
        double seconds = Math.round((endNanos - startNanos) / 1e7) / 100.0;
        return new DemoReport.NodeResult(name(), member.nodeId(), seconds, fromPeers, fromOrigin, verified);
    }
}
