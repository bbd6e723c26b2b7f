package dev.piecewise.client;

import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.UnpackInto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Carries out one request of a pipeline: the file or tree first, then what the archive holds. */
final class RequestRunner {
    private final DownloadOptions options;
    private final Fetching fetching;

    /** Fetches; blocks until the outcome is known. */
    @FunctionalInterface
    interface Fetching {
        /** @param then what follows if that is complete, while the bytes are still in the store; gives the outcome of both */
        FetchOutcome fetch(
                FetchRequest request, ProgressListener listener, Function<FetchOutcome.Complete, FetchOutcome> then);
    }

    RequestRunner(DownloadOptions options, Fetching fetching) {
        this.options = options;
        this.fetching = fetching;
    }

    FetchOutcome run(DownloadRequest request, ProgressListener listener) {
        Optional<Destination> destination = request.destination();
        if (request.unpack().isEmpty()) {
            return fetch(published(request, destination.orElseThrow()), listener);
        }
        FetchRequest unpacked = unpacked(request, request.unpack().get());
        if (destination.isEmpty()) {
            return fetch(unpacked, listener);
        }
        return fetching.fetch(published(request, destination.get()), listener, archive -> {
            FetchOutcome inside = fetch(unpacked, listener);
            return inside instanceof FetchOutcome.Complete complete ? both(archive, complete) : inside;
        });
    }

    private FetchOutcome fetch(FetchRequest request, ProgressListener listener) {
        return fetching.fetch(request, listener, complete -> complete);
    }

    FetchRequest published(DownloadRequest request, Destination destination) {
        FetchRequest published = base(request, destination).withSelection(request.selection());
        return request.mode().map(published::withMode).orElse(published);
    }

    FetchRequest unpacked(DownloadRequest request, UnpackInto unpack) {
        return base(request, Destination.of(unpack.directory()))
                .withSelection(request.selection())
                .withUnpack(unpack.how());
    }

    private FetchRequest base(DownloadRequest request, Destination destination) {
        FetchRequest base = FetchRequest.of(request.uri(), destination)
                .withReplace(options.replace())
                .withVerify(options.verify())
                .withStallTimeout(options.stallTimeout())
                .withCache(request.cache());
        FetchRequest by =
                request.profile().or(options::profile).map(base::withProfile).orElse(base);
        return request.pieceLength()
                .or(options::pieceLength)
                .map(by::withPieceLength)
                .orElse(by);
    }

    private static FetchOutcome.Complete both(FetchOutcome.Complete archive, FetchOutcome.Complete unpacked) {
        List<Path> files = new ArrayList<>(archive.files());
        files.addAll(unpacked.files());
        return new FetchOutcome.Complete(
                archive.path(),
                files,
                unpacked.unpacked(),
                archive.infoHash(),
                archive.totalBytes(),
                archive.received().plus(unpacked.received()));
    }
}
