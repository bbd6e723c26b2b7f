package dev.piecewise.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.Stage;
import dev.piecewise.client.unpack.UnpackRecord;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.cluster.Unpacking;
import java.nio.file.InvalidPathException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door for Java programs, and what {@code piecewise get} uses. If another process of this machine owns the data
 * directory, that one fetches and this one only publishes; otherwise this process owns it until closed, takes part in the
 * swarms and serves other processes meanwhile. If the owner ends in the middle of a fetch, this process takes over.
 *
 * <p>Thread-safe.
 */
public final class Piecewise implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Piecewise.class);
    private static final Duration ATTACH_FOR = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration PUBLISHING_ENDS = Duration.ofSeconds(5);

    private final NodeConfig config;
    private final LocalOwner owner;
    private final Phaser publishing = new Phaser(1);

    @GuardedBy("this")
    private @Nullable Node node;

    @GuardedBy("this")
    private final List<Downloads> downloads = new ArrayList<>();

    @GuardedBy("this")
    private boolean closed;

    private Piecewise(NodeConfig config) {
        this.config = config;
        this.owner = new LocalOwner(config.data());
    }

    /**
     * Opens the data directory or finds its owner.
     *
     * @throws ProcessFault if the data directory is unusable or the port is taken
     */
    public static Piecewise open(NodeConfig config) {
        Piecewise piecewise = new Piecewise(config);
        try {
            piecewise.attach();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessFault(PiecewiseFault.Kind.FAILED, "interrupted while opening " + config.data(), e);
        }
        return piecewise;
    }

    /**
     * Owns the data directory or finds who does. An owner that is just starting, or just ending, is waited for.
     *
     * @return the node of this process, if it is the owner
     */
    private synchronized Optional<Node> attach() throws InterruptedException {
        long started = System.nanoTime();
        while (true) {
            if (closed) {
                throw new ProcessFault(PiecewiseFault.Kind.FAILED, "closed");
            }
            if (node != null) {
                return Optional.of(node);
            }
            Optional<DataDirectory> data = own();
            if (data.isPresent()) {
                node = NodeMain.start(config, Node.Role.GET, data.get());
                return Optional.of(node);
            }
            if (owner.isThere()) {
                return Optional.empty();
            }
            if (System.nanoTime() - started > ATTACH_FOR.toNanos()) {
                throw DataDirectory.inUse(config.data());
            }
            Thread.sleep(RETRY.toMillis());
        }
    }

    private Optional<DataDirectory> own() {
        try {
            return DataDirectory.tryOpen(config.data());
        } catch (ProcessFault unusable) {
            if (owner.isThere()) { // perhaps of another user
                return Optional.empty();
            }
            throw unusable;
        }
    }

    /** Fetches and publishes; blocks until the outcome is known. An interrupt ends it as {@link FetchOutcome.Failed}. */
    public FetchOutcome fetch(FetchRequest request, ProgressListener listener) {
        return fetch(request, listener, complete -> complete);
    }

    /** @param then what follows, while the bytes are still in the store, even if they are not to be cached */
    private FetchOutcome fetch(
            FetchRequest request, ProgressListener listener, Function<FetchOutcome.Complete, FetchOutcome> then) {
        try {
            if (request.unpack().isPresent()) {
                return unpack(request, listener, then);
            }
            Publisher publisher = new Publisher(request, config.data(), new SecureRandom(), this::isClosed);
            publisher.checkWritable();
            return acquire(Ask.of(request), new EarlyCheck(publisher, listener), acquired -> {
                if (acquired instanceof Acquired.Ready ready) {
                    return then.apply(new FetchOutcome.Complete(
                            publisher.target(ready.content()),
                            publish(() -> publisher.publish(ready)),
                            Optional.empty(),
                            ready.infoHash(),
                            ready.content().layout().totalBytes(),
                            ready.received()));
                }
                return ((Acquired.Ended) acquired).outcome();
            });
        } catch (PiecewiseFault fault) {
            return FetchOutcome.of(fault);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new FetchOutcome.Failed("the fetch of " + request.source() + " was interrupted; a retry resumes");
        }
    }

    /** Sees to it that nothing is downloaded that could not be published. */
    private record EarlyCheck(Publisher publisher, ProgressListener listener) implements AskListener {
        @Override
        public void known(ArtifactContent content, List<String> directories) {
            publisher.check(content, directories);
        }

        @Override
        public void progress(FetchProgress progress) {
            listener.progress(progress);
        }
    }

    private FetchOutcome unpack(
            FetchRequest request, ProgressListener listener, Function<FetchOutcome.Complete, FetchOutcome> then)
            throws InterruptedException {
        UnpackPublisher publisher = new UnpackPublisher(request, config.data(), new SecureRandom(), this::isClosed);
        publisher.checkDestination();
        Optional<UnpackRecord> present = request.verify() ? Optional.empty() : publisher.present();
        Ask ask = Ask.of(request).withHave(present.map(UnpackRecord::version));
        return acquire(ask, new ArchiveCheck(publisher, listener), acquired -> {
            if (acquired instanceof Acquired.Ready ready) {
                return then.apply(publish(publisher, ready, present, listener));
            } else if (acquired instanceof Acquired.Ended ended) {
                return ended.outcome();
            }
            return then.apply(publisher.unchanged(present.orElseThrow()));
        });
    }

    private FetchOutcome.Complete publish(
            UnpackPublisher publisher,
            Acquired.Ready ready,
            Optional<UnpackRecord> present,
            ProgressListener listener) {
        try (Unpacking told =
                unpacking(ready.content().name(), ready.content().layout().totalBytes())) {
            ProgressListener both = progress -> {
                told.progress(progress.bytesUnpacked());
                listener.progress(progress);
            };
            return publish(() -> publisher.publish(ready, present, both, System::nanoTime));
        }
    }

    /** Whoever owns the data directory tells the tracker. */
    private synchronized Unpacking unpacking(String name, long totalBytes) {
        return node == null ? owner.unpacking(name, totalBytes) : node.unpacking(name, totalBytes);
    }

    /** Sees to it that nothing is downloaded that cannot be an archive. */
    private record ArchiveCheck(UnpackPublisher publisher, ProgressListener listener) implements AskListener {
        @Override
        public void known(ArtifactContent content, List<String> directories) {
            publisher.check(content);
        }

        @Override
        public void progress(FetchProgress progress) {
            listener.progress(progress);
        }
    }

    private <T> T publish(Supplier<T> work) {
        publishing.register();
        try {
            return work.get();
        } finally {
            publishing.arriveAndDeregister();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private <T> T acquire(Ask ask, AskListener listener, Fetcher.Use<T> use) throws InterruptedException {
        while (true) {
            Optional<Node> own = attach();
            if (own.isPresent()) {
                return own.get().acquire(ask, listener, use);
            }
            try {
                return owner.acquire(ask, listener, use);
            } catch (LocalOwner.Gone e) {
                LOG.debug("taking over the data directory {}: {}", config.data(), e.getMessage());
                Thread.sleep(RETRY.toMillis());
            }
        }
    }

    /**
     * Fetches with the defaults of {@link FetchRequest#of}.
     *
     * @param uri for example {@code s3://bucket/key}, or a magnet link
     * @param destination a path, see {@link Destination}
     */
    public FetchOutcome fetch(String uri, String destination) {
        FetchRequest request;
        try {
            request = FetchRequest.of(FetchSource.parse(uri), Destination.parse(destination));
        } catch (InvalidPathException e) {
            return new FetchOutcome.Usage("'" + destination + "' is not a path: " + e.getReason());
        } catch (IllegalArgumentException e) {
            return new FetchOutcome.Usage(String.valueOf(e.getMessage()));
        }
        return fetch(request, ProgressListener.NONE);
    }

    /**
     * Fetches many, side by side; each request ends for itself. Returns at once: the handle tells how they stand, and
     * cancels. Requests whose bytes are the same share them: the origin, and the network, see them once.
     *
     * @throws ProcessFault {@code USAGE} if a request names a profile that the tracker does not have; nothing is fetched then
     */
    public Downloads fetch(DownloadPlan plan, DownloadOptions options, DownloadListener listener) {
        ProfileCheck.of(config).check(plan, options);
        Downloads started =
                Downloads.start(plan, options.parallel(), new RequestRunner(options, this::fetch), listener);
        synchronized (this) {
            downloads.removeIf(Downloads::isComplete);
            downloads.add(started);
            if (!closed) {
                return started;
            }
        }
        started.close();
        return started;
    }

    /**
     * Fetches many with {@link DownloadOptions#defaults()}.
     *
     * @throws ProcessFault {@code USAGE} as {@link #fetch(DownloadPlan, DownloadOptions, DownloadListener)}, and if two requests
     *     want different things at one place
     */
    public Downloads fetch(List<DownloadRequest> requests) {
        return fetch(new DownloadPlan(requests), DownloadOptions.defaults(), DownloadListener.NONE);
    }

    /**
     * Fetches what all stages of a pipeline need; what several need, once.
     *
     * @throws ProcessFault {@code USAGE} as {@link #fetch(List)}
     */
    public Downloads fetchFor(Collection<? extends Stage> stages) {
        return fetch(DownloadPlan.of(stages), DownloadOptions.defaults(), DownloadListener.NONE);
    }

    /**
     * Whether this process owns the data directory, so that peers get nothing from it once it is closed; then {@code
     * --linger} means something.
     */
    public synchronized boolean seeds() {
        return node != null;
    }

    /** Goes on seeding for others for so long, if {@link #seeds()}; returns early when interrupted (the flag stays set). */
    public void linger(Duration duration) {
        if (!seeds()) {
            return;
        }
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        Node open;
        List<Downloads> underWay;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            open = node;
            node = null;
            underWay = List.copyOf(downloads);
        }
        underWay.forEach(Downloads::cancel);
        underWay.forEach(Downloads::close);
        awaitPublishing();
        if (open != null) {
            open.close();
        }
    }

    /** Whoever is publishing notices soon, and takes away what is half done. */
    private void awaitPublishing() {
        try {
            publishing.awaitAdvanceInterruptibly(
                    publishing.arriveAndDeregister(), PUBLISHING_ENDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.warn("files were still being published after {} s", PUBLISHING_ENDS.toSeconds());
        }
    }
}
