package dev.piecewise.cli.demo;

import dev.piecewise.cli.progress.FetchText;
import dev.piecewise.cli.progress.ProgressLines;
import dev.piecewise.cli.progress.RequestsView;
import dev.piecewise.client.DownloadListener;
import dev.piecewise.client.DownloadOptions;
import dev.piecewise.client.DownloadResult;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.UnpackInto;
import dev.piecewise.core.PieceLength;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;

/** Asks one node of a trial for all requests, as a pipeline on its machine does. */
final class TrialNode implements Asking.Asked {
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(60);

    private final DemoCluster.Member member;
    private final DownloadPlan requests;
    private final DownloadOptions options;
    private final NodeConfig config;
    private final LongSupplier nanoTime;
    private final RequestsView view;
    private volatile List<FetchOutcome> outcomes = List.of();
    private volatile long startNanos;
    private volatile long endNanos;

    TrialNode(
            DemoCluster.Member member,
            DownloadPlan asked,
            Optional<PieceLength> pieceLength,
            URI tracker,
            LongSupplier nanoTime) {
        DownloadOptions all = DownloadOptions.defaults().withStallTimeout(STALL_TIMEOUT);
        this.options = pieceLength.map(all::withPieceLength).orElse(all);
        this.member = member;
        this.requests =
                new DownloadPlan(asked.requests().stream().map(this::here).toList());
        this.config = NodeConfig.defaults(tracker, member.data());
        this.nanoTime = nanoTime;
        this.view = new RequestsView(
                asked.requests().stream()
                        .map(request -> request.uri().toString())
                        .toList(),
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                ProgressLines.Style.NONE,
                1,
                nanoTime);
    }

    /** The same with its places below this node's directory. */
    private DownloadRequest here(DownloadRequest request) {
        return new DownloadRequest(
                request.uri(),
                request.destination().map(this::here),
                request.selection(),
                request.profile(),
                request.pieceLength(),
                request.cache(),
                request.unpack().map(unpack -> new UnpackInto(here(unpack.directory()), unpack.how())),
                request.mode());
    }

    /** A directory of the user's own is not there, but meant as one. */
    private Destination here(Destination destination) {
        return new Destination(
                here(destination.path()), destination.directory() || Files.isDirectory(destination.path()));
    }

    private Path here(Path path) {
        return member.files().resolve(Objects.requireNonNull(path.getRoot()).relativize(path));
    }

    @Override
    public CompletableFuture<Void> ask(ExecutorService threads) {
        startNanos = nanoTime.getAsLong();
        return CompletableFuture.runAsync(this::fetch, threads)
                .whenComplete((nothing, fault) -> endNanos = nanoTime.getAsLong());
    }

    private void fetch() {
        DownloadListener listener = new DownloadListener() {
            @Override
            public void progress(int request, FetchProgress progress) {
                view.progress(request, progress);
            }

            @Override
            public void ended(int request, FetchOutcome outcome) {
                view.ended(request, outcome);
            }
        };
        try (Piecewise piecewise = Piecewise.open(config)) {
            outcomes = piecewise.fetch(requests, options, listener).await().stream()
                    .map(DownloadResult::outcome)
                    .toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String line() {
        return String.format("%-8s %s", member.name(), view.summary());
    }

    /** Hashes all files; only after {@link #ask} completed. */
    TrialReport.NodeResult result() {
        Map<String, Long> fromPeers =
                new HashMap<>(); // by torrent: several requests may have waited for the same bytes
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof FetchOutcome.Complete complete) {
                fromPeers.merge(complete.infoHash(), complete.bytesFromPeers(), Math::max);
            } else {
                failures.add(requests.requests().get(i).uri() + ": " + FetchText.message(outcomes.get(i)));
            }
        }
        TreeDigest tree = TreeDigest.of(member.files());
        double seconds = Math.round((endNanos - startNanos) / 1e7) / 100.0;
        return new TrialReport.NodeResult(
                member.name(),
                seconds,
                fromPeers.values().stream().mapToLong(bytes -> bytes).sum(),
                tree.files(),
                tree.bytes(),
                tree.sha256(),
                failures);
    }
}
