package dev.piecewise.seeder.lease;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublishedTorrent;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.seeder.cluster.Worker;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.SignRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads origins for the cluster: asks for as many leases as it has threads free and works them off, each on one thread.
 * Closing it gives unfinished leases back.
 */
public final class LeaseWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseWorker.class);
    private static final double WAIT_SECONDS = 20;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration SHARES_ASKED = Duration.ofSeconds(1);
    private static final Duration RETURN_DEADLINE = Duration.ofSeconds(5);

    private final Tracker tracker;
    private final Participant participant;
    private final LiveLeases live;
    private final OriginSettings settings;
    private final Need need;
    private final Consumer<ArtifactStatus> reading;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final OriginRequests requests;
    private final FileReads files;
    private final Pace pace;
    private final Ramp ramp;
    private final Semaphore free;
    private final BlockingQueue<Granted> granted = new LinkedBlockingQueue<>();
    private volatile List<Worker> threads = List.of();
    private volatile boolean trackerAnswers = true;
    private volatile boolean closing;

    private record Granted(LeaseGrant grant, long deadlineNanos) {}

    /** Whether there is any reason to ask for leases. */
    @FunctionalInterface
    public interface Need {
        Need ALWAYS = () -> {};

        /** Waits until there is one. */
        void await() throws InterruptedException;
    }

    /**
     * @param live where the participant's heartbeats find the leases
     * @param settings how many leases are worked on at once, and how
     * @param need leases are asked for only then
     * @param reading told with every lease which artifact it is of, as it stood when the lease was granted
     */
    public LeaseWorker(
            Tracker tracker,
            Participant participant,
            LiveLeases live,
            OriginSettings settings,
            Need need,
            Consumer<ArtifactStatus> reading,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.tracker = tracker;
        this.participant = participant;
        this.live = live;
        this.settings = settings;
        this.need = need;
        this.reading = reading;
        this.nanoTime = nanoTime;
        this.random = random;
        this.free = new Semaphore(settings.leases());
        this.requests = new OriginRequests(settings);
        this.files = new FileReads(settings.files());
        this.pace = new Pace(settings.bytesPerSecond(), nanoTime);
        this.ramp = new Ramp(settings.leases(), nanoTime);
    }

    /** Starts asking for leases. */
    public void start() {
        threads = IntStream.rangeClosed(-2, settings.leases())
                .mapToObj(i -> switch (i) {
                    case -2 -> participant.worker("lease-take", this::take);
                    case -1 -> participant.worker("lease-watch", this::watch);
                    case 0 -> participant.worker("lease-report", this::report);
                    default -> participant.worker("lease-" + i, this::work);
                })
                .toList();
    }

    private void take() throws InterruptedException {
        while (true) {
            free.acquire();
            int wanted = 1 + free.drainPermits();
            int got = 0;
            try {
                need.await();
                LeaseGrants grants = ask(wanted);
                long received = nanoTime.getAsLong();
                for (LeaseGrant grant : grants.leases()) {
                    got++;
                    granted.add(new Granted(grant, LiveLeases.deadline(received, grant.secondsLeft())));
                }
            } finally {
                free.release(Math.max(0, wanted - got));
            }
        }
    }

    private LeaseGrants ask(int wanted) throws InterruptedException {
        long registration = participant.awaitRegistered();
        try {
            LeaseGrants grants = tracker.takeLeases(participant.nodeId(), new LeaseRequest(wanted, WAIT_SECONDS));
            trackerAnswers = true;
            return grants;
        } catch (UnknownNode e) {
            participant.forgotten(registration);
        } catch (PiecewiseFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            if (trackerAnswers) {
                LOG.warn("no leases: {}; trying again until it works", fault.getMessage());
                trackerAnswers = false;
            }
            Thread.sleep(RETRY.toMillis());
        }
        return new LeaseGrants(List.of());
    }

    private void watch() throws InterruptedException {
        long askedNanos = nanoTime.getAsLong();
        while (true) {
            Thread.sleep(TICK.toMillis());
            live.all().forEach(LeaseTask::tick);
            if (nanoTime.getAsLong() - askedNanos >= SHARES_ASKED.toNanos()) {
                askedNanos = nanoTime.getAsLong();
                hurryIfSlowed();
            }
        }
    }

    private void report() throws InterruptedException {
        while (true) {
            Thread.sleep(TICK.toMillis());
            for (LeaseTask task : live.all()) {
                task.reportMeanwhile();
            }
        }
    }

    /** Where the origin's rate is shared, whoever ended leaves a share, of which the others hear by their heartbeats. */
    private void hurryIfSlowed() {
        if (live.all().stream().anyMatch(LeaseTask::isSlowed)) {
            participant.beatSoon();
        }
    }

    private void work() throws InterruptedException {
        while (true) {
            Granted next = granted.take();
            try {
                run(next);
            } finally {
                free.release();
            }
        }
    }

    private void run(Granted next) throws InterruptedException {
        ArtifactId id;
        try {
            id = new ArtifactId(next.grant().artifact().id());
        } catch (IllegalArgumentException e) {
            giveBack(next.grant(), String.valueOf(e.getMessage()));
            return;
        }
        participant.kept().enter(id);
        try {
            run(id, next);
        } finally {
            participant.kept().leave(id);
        }
    }

    private void run(ArtifactId id, Granted next) throws InterruptedException {
        LeaseGrant grant = next.grant();
        LeaseTask task;
        try {
            StoredArtifact stored = participant.share(id, PublishedTorrent.content(grant.artifact()));
            participant.kept().used(id, grant.artifact().uri(), grant.artifact().version());
            task = task(grant, stored, next.deadlineNanos());
        } catch (PiecewiseFault | IllegalArgumentException e) {
            LOG.warn("lease on {} given back: {}", grant.artifact().uri(), e.getMessage());
            giveBack(grant, String.valueOf(e.getMessage()));
            return;
        }
        live.add(task);
        reading.accept(grant.artifact());
        if (closing) {
            task.life().stop(LeaseLife.End.SHUTDOWN);
        }
        try {
            task.run();
        } finally {
            live.remove(task);
            hurryIfSlowed();
        }
    }

    private LeaseTask task(LeaseGrant grant, StoredArtifact stored, long deadlineNanos) {
        LeaseLife life = new LeaseLife(nanoTime, deadlineNanos);
        LeaseBytes bytes = new LeaseBytes(
                new LeaseBytes.Granted(
                        grant.reads(),
                        Duration.ofNanos((long) (grant.signatureSeconds() * 1e9)),
                        grant.bytesPerSecond()),
                (read, firstByte) -> tracker.sign(grant.leaseId(), new SignRequest(grant.fence(), read, firstByte)),
                (read, until) -> FileReads.isFile(read) ? files.open(read) : requests.open(read, until),
                life,
                settings,
                pace,
                nanoTime,
                random);
        return new LeaseTask(grant, stored, tracker, participant, life, bytes, ramp, nanoTime);
    }

    private void giveBack(LeaseGrant grant, String error) {
        try {
            tracker.returnLease(grant.leaseId(), new LeaseReturn(grant.fence(), 0, error, Kind.FAILED.name()));
        } catch (StaleFence e) {
            LOG.debug("lease was over already");
        } catch (PiecewiseFault fault) {
            LOG.debug("lease not given back, it will expire: {}", fault.getMessage());
        }
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        List<Worker> running = threads;
        running.stream().limit(1).forEach(Worker::close);
        closing = true;
        live.all().forEach(task -> task.life().stop(LeaseLife.End.SHUTDOWN));
        try {
            if (!free.tryAcquire(settings.leases(), RETURN_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("some leases could not be given back in time; they will expire");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running.stream().skip(1).forEach(Worker::close);
        requests.close();
    }
}
