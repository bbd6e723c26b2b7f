package dev.piecewise.seeder;

import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublicationWatch;
import dev.piecewise.seeder.lease.LeaseWorker;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A running seeder. Closing it gives its leases back, leaves swarms and tracker, and releases port and data directory. */
public final class Seeder implements AutoCloseable {
    private final Resources resources;
    private final Participant participant;
    private final PublicationWatch publications;
    private final LeaseWorker leases;
    private final Optional<Integer> webSeedPort;

    Seeder(
            Resources resources,
            Participant participant,
            PublicationWatch publications,
            LeaseWorker leases,
            Optional<Integer> webSeedPort) {
        this.resources = resources;
        this.participant = participant;
        this.publications = publications;
        this.leases = leases;
        this.webSeedPort = webSeedPort;
    }

    void start() {
        participant.start();
        participant.resumeStored().forEach(publications::watch);
        resources.add(participant.worker("publications", publications::run));
        leases.start();
    }

    /** Its membership in the cluster, through which it can also fetch for others of its machine. */
    public Participant participant() {
        return participant;
    }

    /** Where it serves torrents over HTTP, if it does. */
    public Optional<Integer> webSeedPort() {
        return webSeedPort;
    }

    /** The id under which the tracker knows it; new with every start. */
    public String nodeId() {
        return participant.nodeId();
    }

    /** Completes exceptionally when a worker dies of a bug: the process should end then. */
    public CompletionStage<Void> failure() {
        return participant.failure();
    }

    @Override
    public void close() {
        resources.close();
    }
}
