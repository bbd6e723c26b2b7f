package dev.piecewise.client;

import dev.piecewise.client.DownloadPreview.Found;
import dev.piecewise.client.DownloadPreview.Presence;
import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.UnpackInto;
import dev.piecewise.client.unpack.UnpackRecord;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactPreview;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * What requests would fetch: the tracker is asked what stands at the origin, and the destinations are looked at. Nothing is
 * read from the origin or from peers, nothing is written, and the data directory need not be free.
 */
public final class PlanPreview {
    private final NodeConfig config;
    private final DownloadOptions options;
    private final TrackerClient tracker;
    private final RequestRunner runner;

    private PlanPreview(NodeConfig config, DownloadOptions options, TrackerClient tracker) {
        this.config = config;
        this.options = options;
        this.tracker = tracker;
        this.runner = new RequestRunner(options, (request, listener, then) -> {
            throw new IllegalStateException("a preview fetches nothing");
        });
    }

    /**
     * Looks.
     *
     * @param config with a tracker
     * @return a preview for each request, in the plan's order
     * @throws ProcessFault {@code USAGE} if a request names a profile that the tracker does not have
     */
    public static List<DownloadPreview> of(NodeConfig config, DownloadPlan plan, DownloadOptions options) {
        ProfileCheck.of(config).check(plan, options);
        try (TrackerClient tracker = new TrackerClient(config.tracker().orElseThrow(), config.token())) {
            PlanPreview preview = new PlanPreview(config, options, tracker);
            return plan.requests().stream().map(preview::of).toList();
        }
    }

    private DownloadPreview of(DownloadRequest request) {
        try {
            ArtifactPreview asked = tracker.preview(ArtifactRequest.of(
                    request.uri().toString(),
                    request.pieceLength().or(options::pieceLength),
                    request.profile().or(options::profile),
                    request.selection()));
            return DownloadPreview.of(
                    request,
                    new Found(
                            asked.version(),
                            asked.totalBytes(),
                            asked.files().size(),
                            asked.pieceBytes(),
                            asked.pieceCount(),
                            presence(request, asked)));
        } catch (PiecewiseFault fault) {
            return DownloadPreview.of(request, FetchOutcome.of(fault));
        } catch (IOException e) {
            return DownloadPreview.of(
                    request, new FetchOutcome.Failed("cannot look at the destination of " + request.uri() + ": " + e));
        } catch (IllegalArgumentException e) {
            return DownloadPreview.of(
                    request,
                    new FetchOutcome.Failed("the tracker describes " + request.uri() + " wrongly: " + e.getMessage()));
        }
    }

    /** Of an archive and what it holds, the worse. */
    private Presence presence(DownloadRequest request, ArtifactPreview asked) throws IOException {
        Presence files = Presence.UP_TO_DATE;
        if (request.destination().isPresent()) {
            files = files(request.uri(), request.destination().get(), asked);
        }
        Presence inside =
                request.unpack().map(into -> unpacked(request, into, asked)).orElse(Presence.UP_TO_DATE);
        return files.compareTo(inside) >= 0 ? files : inside;
    }

    /** What was recorded when it was put there tells whether it is equal; files are only read if they are to be verified. */
    private Presence files(ArtifactUri uri, Destination destination, ArtifactPreview asked) throws IOException {
        ArtifactContent content = new ArtifactContent(
                asked.name(),
                asked.singleFile(),
                asked.files(),
                new PieceLayout(asked.totalBytes(), asked.pieceBytes()));
        Path target = destination.target(content);
        LocalCopy copy = new LocalCopy(content, target);
        Presence presence = copy.presence();
        if (presence != Presence.NOT_COMPARED) {
            return presence;
        } else if (options.verify()) {
            Optional<List<PieceHash>> hashes = hashes(asked, content);
            return hashes.isEmpty() ? presence : copy.isEqual(hashes.get()) ? Presence.UP_TO_DATE : Presence.DIFFERENT;
        }
        PublishedFiles published = PublishedFiles.at(config.data(), target, new FetchSource.Artifact(uri));
        return copy.files().stream().allMatch(file -> published.isOf(asked.version(), file))
                ? Presence.UP_TO_DATE
                : presence;
    }

    private Optional<List<PieceHash>> hashes(ArtifactPreview asked, ArtifactContent content) {
        return Optional.ofNullable(asked.infoHash())
                .map(hex ->
                        Metainfo.parse(tracker.torrent(InfoHash.fromHex(hex))).info())
                .filter(info -> info.content().equals(content))
                .map(InfoDictionary::hashes);
    }

    private Presence unpacked(DownloadRequest request, UnpackInto into, ArtifactPreview asked) {
        Optional<UnpackRecord> present = new UnpackPublisher(
                        runner.unpacked(request, into), config.data(), new SecureRandom(), () -> false)
                .present();
        return present.filter(record -> record.version().equals(asked.version()))
                        .isPresent()
                ? Presence.UP_TO_DATE
                : present.isPresent() ? Presence.DIFFERENT : Presence.ABSENT;
    }
}
