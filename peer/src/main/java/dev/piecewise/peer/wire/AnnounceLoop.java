package dev.piecewise.peer.wire;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.peer.PeerSource;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.schedule.AddressBook;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the tracker that we are here, and learns who else is (BEP 3): {@code STARTED} at once, then at the tracker's interval,
 * or much sooner while pieces are wanted and peers are fewer than they could be, {@code COMPLETED} once, {@code STOPPED} at the end.
 */
final class AnnounceLoop implements AutoCloseable {
    /** What an announce tells of a swarm. */
    interface Subject {
        int port();

        boolean isComplete();

        Swarm.Stats stats();

        long leftBytes();

        /** There may be somebody to dial. */
        void addressesCame();
    }

    private static final Logger LOG = LoggerFactory.getLogger(AnnounceLoop.class);
    private static final int FEW_PEERS = 5;
    /** So many are enough, of a swarm that has so many. */
    private static final int ENOUGH_PEERS = 20;
    /** Between announces while peers are neither few nor enough. */
    private static final Duration UNHURRIED = Duration.ofSeconds(15);

    private static final int WANTED_PEERS = 50;
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(15);
    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private volatile InfoHash infoHash;
    private final PeerId localId;
    private final PeerSource source;
    private final Subject swarm;
    private final AddressBook addresses;
    private final Duration searchInterval;
    private final LongSupplier nanoTime;
    private final Thread thread;
    private boolean completed;
    private boolean resting;
    private boolean hurried;
    private boolean stopping;

    AnnounceLoop(
            InfoHash infoHash,
            PeerId localId,
            PeerSource source,
            Subject swarm,
            AddressBook addresses,
            Duration searchInterval,
            LongSupplier nanoTime) {
        this.infoHash = infoHash;
        this.localId = localId;
        this.source = source;
        this.swarm = swarm;
        this.addresses = addresses;
        this.searchInterval = searchInterval;
        this.nanoTime = nanoTime;
        this.thread = new Thread(this::run, "piecewise-announce-" + swarm.port());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The last piece came. */
    synchronized void completed() {
        completed = true;
        notifyAll();
    }

    /** The swarm is announced under another infohash from now on. */
    synchronized void moved(InfoHash to) {
        infoHash = to;
        hurried = true;
        notifyAll();
    }

    /** Announces now rather than later. */
    synchronized void hurry() {
        hurried = true;
        notifyAll();
    }

    /** Something is wanted (again): a seed that lost a piece does not wait for its next turn to ask who has it. */
    synchronized void wanting() {
        if (resting) {
            resting = false;
            hurried = true;
            notifyAll();
        }
    }

    private void run() {
        AnnounceEvent event = AnnounceEvent.STARTED;
        boolean seededFromStart = swarm.isComplete();
        Optional<InfoHash> known = Optional.empty();
        int failures = 0;
        try {
            while (!isStopping()) {
                Duration wait;
                InfoHash now = infoHash;
                if (event == AnnounceEvent.NONE && !known.equals(Optional.of(now))) {
                    event = AnnounceEvent.STARTED;
                }
                try {
                    AnnounceRequest request = request(now, event);
                    AnnounceResponse response = source.announce(request);
                    known = Optional.of(now);
                    failures = 0;
                    if (request.leftBytes() == 0) {
                        addresses.retain(response.peers()); // a seed is named leeches only: the others need no dialling
                    }
                    addresses.named(response.peers());
                    swarm.addressesCame();
                    wait = pause(response);
                    event = AnnounceEvent.NONE;
                } catch (PiecewiseFault e) {
                    wait = searchInterval.multipliedBy(1L << Math.min(failures++, 4));
                    wait = wait.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wait;
                    LOG.debug("announce {} failed, again in {}: {}", event, wait, e.getMessage());
                }
                if (await(wait, event == AnnounceEvent.NONE && !seededFromStart)) {
                    event = AnnounceEvent.COMPLETED;
                    seededFromStart = true;
                }
            }
            if (known.isPresent()) {
                source.announce(request(known.get(), AnnounceEvent.STOPPED));
            }
        } catch (PiecewiseFault e) {
            LOG.debug("announce {} failed: {}", AnnounceEvent.STOPPED, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Duration pause(AnnounceResponse response) {
        resting = swarm.isComplete();
        int others = response.complete() + response.incomplete() - 1;
        int peers = swarm.stats().peers();
        if (resting || peers >= Math.max(FEW_PEERS, Math.min(ENOUGH_PEERS, others))) {
            return response.interval();
        }
        Duration least = peers < FEW_PEERS || searchInterval.compareTo(UNHURRIED) > 0 ? searchInterval : UNHURRIED;
        Duration soon = response.minInterval().compareTo(least) > 0 ? response.minInterval() : least;
        return soon.compareTo(response.interval()) < 0 ? soon : response.interval();
    }

    private AnnounceRequest request(InfoHash under, AnnounceEvent event) {
        return new AnnounceRequest(
                under,
                localId,
                swarm.port(),
                swarm.stats().uploadedBytes(),
                swarm.stats().downloadedBytes(),
                swarm.leftBytes(),
                event,
                event == AnnounceEvent.STOPPED ? 0 : WANTED_PEERS);
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    /** @return whether it was cut short by completion */
    private synchronized boolean await(Duration wait, boolean wakesOnCompletion) throws InterruptedException {
        long deadline = nanoTime.getAsLong() + wait.toNanos();
        while (!stopping && !(completed && wakesOnCompletion)) {
            long leftMillis = (deadline - nanoTime.getAsLong()) / 1_000_000;
            if (leftMillis <= 0 || hurried) {
                hurried = false;
                return false;
            }
            wait(leftMillis);
        }
        return !stopping;
    }

    /** Says goodbye to the tracker, but does not wait for it for long. */
    @Override
    public void close() {
        synchronized (this) {
            stopping = true;
            notifyAll();
        }
        try {
            thread.join(GOODBYE.toMillis());
            thread.interrupt();
            thread.join(GOODBYE.toMillis() / 4);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
