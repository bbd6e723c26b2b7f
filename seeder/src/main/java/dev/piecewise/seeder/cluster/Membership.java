package dev.piecewise.seeder.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps this process registered: one thread registers, sends heartbeats and registers again whenever the tracker has
 * forgotten it. A tracker that is away is waited for. Every registration has a number, so that a late "unknown node" of
 * the former one does not undo the next.
 */
final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofMillis(200);

    private final Tracker tracker;
    private final NodeRegistration registration;
    private final LeaseKeeper leases;
    private final Transfers transfers;
    private final SelfReport self;
    private final Runnable onRegistered;
    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private long generation;

    @GuardedBy("this")
    private boolean registered;

    @GuardedBy("this")
    private Duration interval = RETRY;

    @GuardedBy("this")
    private boolean soon;

    private boolean reachable = true; // of the heartbeat thread
    private volatile boolean closing;
    private @Nullable Worker worker;

    /** @param onRegistered told after every registration, on the heartbeat thread */
    Membership(
            Tracker tracker,
            NodeRegistration registration,
            LeaseKeeper leases,
            Transfers transfers,
            SelfReport self,
            Runnable onRegistered,
            LongSupplier nanoTime) {
        this.tracker = tracker;
        this.registration = registration;
        this.leases = leases;
        this.transfers = transfers;
        this.self = self;
        this.onRegistered = onRegistered;
        this.nanoTime = nanoTime;
    }

    /** Tries to register at once, then goes on in the background; a refusal for good is thrown. */
    void start(CompletableFuture<Void> failure) {
        try {
            register();
        } catch (PiecewiseFault fault) {
            if (fault.kind() == PiecewiseFault.Kind.DENIED || fault.kind() == PiecewiseFault.Kind.USAGE) {
                throw fault;
            }
            unreachable(fault);
        }
        worker = Worker.start("heartbeat", failure, this::run);
    }

    private void run() throws InterruptedException {
        while (true) {
            if (pause()) {
                try {
                    register();
                    reached();
                } catch (PiecewiseFault fault) {
                    unreachable(fault);
                    Thread.sleep(RETRY.toMillis());
                }
            } else {
                beat();
            }
        }
    }

    /** Waits for the next heartbeat's time; true at once when a registration is due. */
    private synchronized boolean pause() throws InterruptedException {
        long from = nanoTime.getAsLong();
        while (registered) {
            Duration wait = soon && SOON.compareTo(interval) < 0 ? SOON : interval;
            long left = from + wait.toNanos() - nanoTime.getAsLong();
            if (left <= 0) {
                soon = false;
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** A heartbeat is due a moment after the last one. */
    synchronized void beatSoon() {
        if (!soon) {
            soon = true;
            notifyAll();
        }
    }

    private void beat() throws InterruptedException {
        long current = generation();
        List<Heartbeat.Transfer> untold = transfers.untold();
        Heartbeat heartbeat = new Heartbeat(leases.heartbeat().leases(), untold, self.next());
        long sentNanos = nanoTime.getAsLong();
        try {
            HeartbeatReply reply = tracker.heartbeat(registration.nodeId(), heartbeat);
            leases.renewed(heartbeat, reply, sentNanos);
            transfers.told(untold);
            reached();
            next(reply.nextSeconds());
        } catch (UnknownNode e) {
            forgotten(current); // a tracker that was started again still knows the leases: the next heartbeat tells
        } catch (PiecewiseFault fault) {
            unreachable(fault);
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private synchronized void next(double seconds) {
        if (seconds > 0) {
            interval = Duration.ofNanos((long) (seconds * 1e9));
        }
    }

    private void register() {
        NodeAccepted accepted = tracker.register(registration);
        synchronized (this) {
            registered = true;
            soon |= !leases.heartbeat().leases().isEmpty();
            generation++;
            interval = Duration.ofNanos((long) (accepted.heartbeatSeconds() * 1e9));
            notifyAll();
        }
        LOG.debug("registered as {}", registration.nodeId());
        onRegistered.run();
    }

    private void reached() {
        if (!reachable) {
            LOG.info("the tracker answers");
            reachable = true;
        }
    }

    private void unreachable(PiecewiseFault fault) {
        if (reachable && !closing) {
            // Whoever waits for a get is told by its outcome.
            LOG.atLevel(registration.role().equals("get") ? Level.DEBUG : Level.WARN)
                    .log("no heartbeat: {}; trying again until it works", fault.getMessage());
            reachable = false;
        }
    }

    /** The number of the last registration. */
    synchronized long generation() {
        return generation;
    }

    /** Whether the tracker knows this process, as far as is known. */
    synchronized boolean isRegistered() {
        return registered;
    }

    /** Waits until the tracker knows this process; gives the registration's number. */
    synchronized long awaitRegistered() throws InterruptedException {
        while (!registered) {
            wait();
        }
        return generation;
    }

    /** The tracker said that it does not know the registration of this number. */
    synchronized void forgotten(long ofGeneration) {
        if (ofGeneration == generation && registered) {
            LOG.info("the tracker forgot this process; registering again");
            registered = false;
            notifyAll();
        }
    }

    /** What came of the last fetches would else never be known. */
    private void tellTheRest() {
        List<Heartbeat.Transfer> untold = transfers.untold();
        if (!untold.isEmpty()) {
            try {
                tracker.heartbeat(registration.nodeId(), new Heartbeat(List.of(), untold));
            } catch (UnknownNode e) {
                LOG.debug("the tracker forgot this process before it left");
            }
        }
    }

    /** Stops the heartbeats and leaves the tracker, if it can be reached. */
    @Override
    public void close() {
        closing = true;
        if (worker != null) {
            worker.close();
        }
        if (isRegistered() && reachable) {
            try {
                tellTheRest();
                tracker.leave(registration.nodeId());
            } catch (PiecewiseFault fault) {
                LOG.debug("could not leave the tracker: {}", fault.getMessage());
            }
        }
    }
}
