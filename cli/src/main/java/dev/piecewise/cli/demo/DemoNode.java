package dev.piecewise.cli.demo;

import dev.piecewise.cli.demo.DemoCluster.Member;
import dev.piecewise.cli.progress.FetchText;
import dev.piecewise.client.Destination;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Asks one node of the demo for both objects, as {@code piecewise get} on its machine does. */
final class DemoNode {
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(60);

    private final Member member;
    private final NodeConfig config;
    private final Optional<PieceLength> pieceLength;
    private final LongSupplier nanoTime;
    private final FetchText display;
    private volatile @Nullable FetchProgress progress;
    private volatile long startNanos;
    private volatile long endNanos;
    private volatile @Nullable FetchOutcome object;
    private volatile @Nullable FetchOutcome empty;

    DemoNode(Member member, URI tracker, Optional<PieceLength> pieceLength, LongSupplier nanoTime) {
        this.member = member;
        this.config = NodeConfig.defaults(tracker, member.data());
        this.pieceLength = pieceLength;
        this.nanoTime = nanoTime;
        this.display = new FetchText(nanoTime);
    }

    String name() {
        return member.name();
    }

    /** Asks for both at once; completes when both outcomes are known. */
    CompletableFuture<Void> ask(ExecutorService threads) {
        startNanos = nanoTime.getAsLong();
        return CompletableFuture.allOf(
                        CompletableFuture.runAsync(() -> object = fetch(DemoCluster.OBJECT, true), threads),
                        CompletableFuture.runAsync(() -> empty = fetch(DemoCluster.EMPTY, false), threads))
                .whenComplete((nothing, fault) -> endNanos = nanoTime.getAsLong());
    }

    private FetchOutcome fetch(ArtifactUri uri, boolean shown) {
        try (Piecewise piecewise = Piecewise.open(config)) {
            FetchRequest request = new FetchRequest(uri, Destination.of(file(uri)), pieceLength, false, STALL_TIMEOUT);
            return piecewise.fetch(request, now -> progress = shown ? now : progress);
        }
    }

    private Path file(ArtifactUri uri) {
        return member.files().resolve(uri.name());
    }

    /** One line of live progress; for one thread. */
    String line() {
        FetchProgress seen = progress;
        String text;
        if (object != null) {
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
        for (FetchOutcome outcome : new @Nullable FetchOutcome[] {object, empty}) {
            if (outcome != null && !(outcome instanceof FetchOutcome.Complete)) {
                return Optional.of(name() + ": " + FetchText.message(outcome));
            }
        }
        return Optional.empty();
    }

    /** Hashes both files; only after {@link #ask} completed. */
    DemoReport.NodeResult verify(String objectSha256, String emptySha256) {
        long fromPeers = 0;
        long fromOrigin = 0;
        boolean verified = true;
        for (ArtifactUri uri : new ArtifactUri[] {DemoCluster.OBJECT, DemoCluster.EMPTY}) {
            boolean isObject = uri.equals(DemoCluster.OBJECT);
            if ((isObject ? object : empty) instanceof FetchOutcome.Complete complete) {
                fromPeers += complete.bytesFromPeers();
                fromOrigin += complete.bytesFromOrigin();
                Path file = file(uri);
                String wanted = isObject ? objectSha256 : emptySha256;
                verified &=
                        Files.isRegularFile(file) && ObjectContent.digest(file).equals(wanted);
            } else {
                verified = false;
            }
        }
        double seconds = Math.round((endNanos - startNanos) / 1e7) / 100.0;
        return new DemoReport.NodeResult(name(), seconds, fromPeers, fromOrigin, verified);
    }
}
