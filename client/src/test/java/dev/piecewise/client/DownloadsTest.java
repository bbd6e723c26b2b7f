package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.FileMode;
import dev.piecewise.client.request.UnpackInto;
import dev.piecewise.client.unpack.ArchiveFormat;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Many requests over a fetch that is told what to do. */
class DownloadsTest {
    private static final FetchProgress PROGRESS =
            new FetchProgress(FetchProgress.Phase.DOWNLOADING, 10, 1, 1, 1, 0, 0, 0, 0);

    private final List<FetchRequest> fetched = new CopyOnWriteArrayList<>();

    private static DownloadRequest object(String key) {
        return DownloadRequest.of("s3://b/" + key, "/d/" + key);
    }

    private static FetchOutcome complete(FetchRequest request) {
        Path path = request.destination().path();
        Optional<FetchOutcome.Unpacked> unpacked =
                request.unpack().map(how -> new FetchOutcome.Unpacked(List.of(ArchiveFormat.ZIP), 1, 5, true));
        return new FetchOutcome.Complete(path, List.of(path), unpacked, "", 10, new Received(10, 0, 0, 0, 0));
    }

    private Downloads start(
            List<DownloadRequest> requests,
            DownloadOptions options,
            BiFunction<FetchRequest, ProgressListener, FetchOutcome> fetch,
            DownloadListener listener) {
        RequestRunner runner = new RequestRunner(options, (request, told, then) -> {
            fetched.add(request);
            FetchOutcome outcome = fetch.apply(request, told);
            return outcome instanceof FetchOutcome.Complete complete ? then.apply(complete) : outcome;
        });
        return Downloads.start(new DownloadPlan(requests), options.parallel(), runner, listener);
    }

    private List<FetchOutcome> outcomes(DownloadRequest request, DownloadOptions options) throws InterruptedException {
        try (Downloads downloads =
                start(List.of(request), options, (fetch, told) -> complete(fetch), DownloadListener.NONE)) {
            return downloads.await().stream().map(DownloadResult::outcome).toList();
        }
    }

    @Test
    void aFailureStopsNoOtherAndEveryoneHearsOfIt() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        DownloadListener listener = new DownloadListener() {
            @Override
            public void progress(int request, FetchProgress progress) {
                heard.add(request + " " + progress.phase());
            }

            @Override
            public void ended(int request, FetchOutcome outcome) {
                heard.add(request + " " + outcome.exitCode());
            }
        };
        try (Downloads downloads = start(
                List.of(object("absent"), object("there"), object("bug")),
                DownloadOptions.defaults().withParallel(1),
                (request, told) -> {
                    String path = request.destination().path().toString();
                    if (path.equals("/d/bug")) {
                        throw new IllegalStateException("a bug");
                    }
                    told.progress(PROGRESS);
                    return path.equals("/d/absent") ? new FetchOutcome.NotFound("absent") : complete(request);
                },
                listener)) {
            List<DownloadResult> results = downloads.await();

            assertThat(results).extracting(DownloadResult::succeeded).containsExactly(false, true, false);
            assertThat(DownloadResult.exitCode(results)).isEqualTo(1);
            assertThat(DownloadResult.exitCode(results.subList(0, 2))).isEqualTo(3);
            assertThat(DownloadResult.exitCode(results.subList(1, 2))).isZero();
            assertThat(downloads.states())
                    .allSatisfy(state -> assertThat(state.outcome()).isPresent());
        }
        assertThat(heard).containsExactly("0 DOWNLOADING", "0 3", "1 DOWNLOADING", "1 0", "2 1");
    }

    @Test
    void noMoreAreCarriedOutAtATimeThanAllowedAndCancellingEndsThoseAndTheWaitingOnes() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch never = new CountDownLatch(1);
        Downloads downloads = start(
                List.of(object("a"), object("b"), object("c")),
                DownloadOptions.defaults().withParallel(2),
                (request, told) -> {
                    begun.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return new FetchOutcome.Failed("interrupted");
                },
                DownloadListener.NONE);
        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(downloads.await(Duration.ZERO)).isFalse();

        downloads.close();

        assertThat(downloads.isComplete()).isTrue();
        assertThat(fetched).hasSize(2);
        assertThat(downloads.await().get(2).outcome())
                .isEqualTo(new FetchOutcome.Failed("s3://b/c: cancelled before it began"));
    }

    @Test
    void aRequestSaysWhatItWantsAndTheOptionsTheRest() throws Exception {
        DownloadOptions options = DownloadOptions.defaults()
                .withProfile("west")
                .withPieceLength(new PieceLength(1 << 20))
                .withReplace(true)
                .withStallTimeout(Duration.ofSeconds(7));
        outcomes(
                DownloadRequest.of("s3://b/p/", "/d/p")
                        .withSelection(Selection.parse(List.of("*.a"), List.of()))
                        .withProfile("east")
                        .withMode(FileMode.parse("640")),
                options);
        outcomes(object("k").withPieceLength(new PieceLength(1 << 21)).withCache(false), options);

        FetchRequest prefix = fetched.get(0);
        assertThat(prefix.profile()).contains("east");
        assertThat(prefix.pieceLength()).contains(new PieceLength(1 << 20));
        assertThat(prefix.selection()).hasToString("include *.a");
        assertThat(prefix.mode()).contains(FileMode.parse("640"));
        assertThat(prefix.replace()).isTrue();
        assertThat(prefix.stallTimeout()).isEqualTo(Duration.ofSeconds(7));
        FetchRequest object = fetched.get(1);
        assertThat(object.profile()).contains("west");
        assertThat(object.pieceLength()).contains(new PieceLength(1 << 21));
        assertThat(object.cache()).isFalse();
    }

    @Test
    void anArchiveGoesToItsDestinationAndStaysInTheStoreUntilWhatItHoldsDoes() throws Exception {
        UnpackInto into = new UnpackInto(Path.of("/u"), Unpack.auto());
        List<FetchOutcome> outcomes =
                outcomes(object("t.zip").withUnpack(into).withCache(false), DownloadOptions.defaults());

        assertThat(fetched)
                .extracting(FetchRequest::destination)
                .containsExactly(Destination.of(Path.of("/d/t.zip")), Destination.of(Path.of("/u")));
        assertThat(fetched).extracting(FetchRequest::cache).containsExactly(false, false);
        assertThat(outcomes).singleElement().isInstanceOfSatisfying(FetchOutcome.Complete.class, complete -> {
            assertThat(complete.path()).isEqualTo(Path.of("/d/t.zip"));
            assertThat(complete.files()).containsExactly(Path.of("/d/t.zip"), Path.of("/u"));
            assertThat(complete.unpacked()).isPresent();
            assertThat(complete.bytesFromPeers()).isEqualTo(20);
        });
    }
}
