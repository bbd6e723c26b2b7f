package dev.piecewise.seeder.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.peer.PieceHashes;
import dev.piecewise.peer.Swarm;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.HashList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An artifact that is still being read from its origin, in a process that takes part in its swarm already. Follows the tracker's
 * list of hashes until it is complete, which gives the torrent: nothing of it need be downloaded. Thread-safe.
 */
public final class Growth implements PieceHashes {
    private static final Logger LOG = LoggerFactory.getLogger(Growth.class);
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LAST_RETRY = Duration.ofSeconds(4);

    private final Tracker tracker;
    private final ArtifactId id;
    private final String uri;
    private final ArtifactContent content;
    private final boolean privateTorrent;
    private final AtomicReferenceArray<@Nullable PieceHash> hashes;
    private final InfoHash provisionalId;
    private final BiConsumer<Growth, InfoDictionary> published;
    private final LocalBytes here;
    private final Backoff backoff;
    private final AtomicInteger hashesKnown = new AtomicInteger();
    private volatile boolean stuck;
    private volatile @Nullable TorrentFault fault;
    private final CompletableFuture<InfoHash> infoHash = new CompletableFuture<>();
    private InfoHash announced;
    private String cursor = "";
    private volatile @Nullable Swarm swarm;

    @GuardedBy("this")
    private @Nullable Worker worker;

    @GuardedBy("this")
    private boolean over;

    /** Bytes that are on this machine already. */
    @FunctionalInterface
    interface LocalBytes {
        /** Fills what it can of pieces that are known by their hashes now and that the swarm was not told of. */
        void fill(PieceHashes hashes, BitSet pieces) throws InterruptedException;
    }

    /**
     * Begins with the hashes that are known by now.
     *
     * @param entry asked for them if it came without
     * @param here asked before the swarm is
     * @param published told, on a thread of its own, when all are known
     * @param random spreads the nodes that try again
     * @throws PiecewiseFault if the tracker does not know the artifact, or cannot be reached
     */
    Growth(
            Tracker tracker,
            Entry entry,
            LocalBytes here,
            BiConsumer<Growth, InfoDictionary> published,
            RandomGenerator random)
            throws InterruptedException {
        ArtifactStatus status = entry.artifact();
        this.tracker = tracker;
        this.id = new ArtifactId(status.id());
        this.uri = status.uri();
        this.content = PublishedTorrent.content(status);
        this.privateTorrent = status.privateTorrent();
        this.hashes = new AtomicReferenceArray<>(content.layout().pieceCount());
        this.here = here;
        this.published = published;
        this.backoff = new Backoff(FIRST_RETRY, LAST_RETRY, random);
        HashList first = entry.hashes().orElseGet(() -> tracker.hashes(id, "", Duration.ZERO));
        this.provisionalId = InfoHash.fromHex(first.swarm());
        this.announced = provisionalId;
        here.fill(this, learn(first));
    }

    ArtifactId id() {
        return id;
    }

    /** Under which nodes find each other until the infohash is known. */
    InfoHash provisionalId() {
        return provisionalId;
    }

    boolean isPrivate() {
        return privateTorrent;
    }

    @Override
    public Optional<PieceHash> hash(int piece) {
        return Optional.ofNullable(hashes.get(piece));
    }

    /** The swarm in which it grows. */
    public Swarm swarm() {
        Swarm joined = swarm;
        if (joined == null) {
            throw new IllegalStateException("the swarm of " + uri + " is not joined");
        }
        return joined;
    }

    /** How many pieces have a known hash. */
    public int hashesKnown() {
        return hashesKnown.get();
    }

    /** Whether it is followed no longer: reading failed, as the tracker knows, or {@link #fault}. */
    public boolean isStuck() {
        return stuck;
    }

    /** What went wrong in this process, if that is why it is stuck. */
    public Optional<TorrentFault> fault() {
        return Optional.ofNullable(fault);
    }

    /** Of the torrent, once all hashes are known. */
    public Optional<InfoHash> infoHash() {
        return Optional.ofNullable(infoHash.getNow(null));
    }

    /** Completes with {@link #infoHash}; never, if that does not come to be known. */
    public CompletionStage<InfoHash> published() {
        return infoHash.minimalCompletionStage();
    }

    void joined(Swarm in) {
        swarm = in;
    }

    /**
     * Tells the swarm what comes to be known from now on; once, or again after it was stuck.
     *
     * @param failure completed exceptionally if its thread dies of a bug
     */
    synchronized void follow(CompletableFuture<Void> failure) {
        if (!over && (worker == null || stuck)) {
            stuck = false;
            fault = null;
            worker = Worker.start("hashes", failure, this::run);
        }
    }

    /**
     * The torrent is known from elsewhere: there is nothing to follow any more.
     *
     * @return false if it contradicts what is known here; then nothing changes
     */
    boolean complete(InfoDictionary info) {
        for (int piece = 0; piece < info.hashes().size(); piece++) {
            PieceHash known = hashes.get(piece);
            if (known != null && !known.equals(info.hashes().get(piece))) {
                return false;
            }
        }
        stop();
        BitSet all = new BitSet();
        for (int piece = 0; piece < info.hashes().size(); piece++) {
            learn(piece, info.hashes().get(piece), all);
        }
        all.set(0, info.hashes().size()); // of some it may not have been told
        swarm().hashesKnown(all);
        infoHash.complete(info.infoHash());
        return true;
    }

    /** Follows no longer. */
    synchronized void stop() {
        over = true;
        if (worker != null) {
            worker.stop();
        }
    }

    /** Follows no longer; waits until that is so. */
    void close() {
        stop();
        Worker running;
        synchronized (this) {
            running = worker;
        }
        if (running != null) {
            running.close();
        }
    }

    private void run() throws InterruptedException {
        while (true) {
            try {
                HashList list = tracker.hashes(id, cursor, WAIT);
                backoff.reset();
                BitSet fresh = learn(list);
                if (!fresh.isEmpty()) {
                    here.fill(this, fresh);
                    swarm().hashesKnown(fresh);
                }
                if (isOver(list)) {
                    return;
                }
            } catch (TorrentFault broken) {
                LOG.warn("cannot go on with {}: {}", uri, broken.getMessage());
                fault = broken;
                stuck = true;
                return;
            } catch (PiecewiseFault away) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                LOG.debug("no hashes of {}: {}", uri, away.getMessage());
                Thread.sleep(backoff.next().toMillis());
            }
        }
    }

    /** Takes hashes; gives the pieces that had none before. */
    private BitSet learn(HashList list) {
        BitSet fresh = new BitSet();
        for (HashList.Entry entry : list.unpack()) {
            if (!content.layout().contains(entry.piece())) {
                throw new TorrentFault(Kind.FAILED, "the tracker has a hash of piece " + entry.piece() + " of " + uri);
            }
            learn(entry.piece(), entry.hash(), fresh);
        }
        cursor = list.cursor();
        return fresh;
    }

    private void learn(int piece, PieceHash hash, BitSet fresh) {
        if (hashes.compareAndSet(piece, null, hash)) {
            fresh.set(piece);
            hashesKnown.incrementAndGet();
        }
    }

    private boolean isOver(HashList list) {
        if (list.state() == ArtifactState.FAILED) {
            stuck = true;
            return true;
        }
        InfoHash named = InfoHash.fromHex(list.swarm());
        if (!named.equals(announced)) { // the tracker lost its state, and with it the secret
            swarm().alsoKnownAs(named, Optional.empty());
            announced = named;
        }
        String told = list.infoHash();
        if (told == null || hashesKnown() < content.layout().pieceCount()) {
            return false;
        }
        List<PieceHash> all = new ArrayList<>();
        for (int piece = 0; piece < hashesKnown(); piece++) {
            all.add(hash(piece).orElseThrow());
        }
        InfoDictionary info = PublishedTorrent.checked(new InfoDictionary(content, all, privateTorrent), told, uri);
        published.accept(this, info);
        infoHash.complete(info.infoHash());
        return true;
    }
}
