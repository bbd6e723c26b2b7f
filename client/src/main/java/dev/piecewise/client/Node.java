package dev.piecewise.client;

import dev.piecewise.seeder.Resources;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublicationWatch;
import dev.piecewise.seeder.cluster.Unpacking;
import dev.piecewise.seeder.lease.LeaseWorker;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The process that owns a data directory: it seeds what lies there, goes on with what is incomplete, and serves the
 * {@code get}s of other processes over the directory's socket. Closing it leaves swarms and tracker and releases
 * everything; the bytes stay.
 */
public final class Node implements AutoCloseable {
    private final Resources resources;
    private final Participant participant;
    private final Fetcher fetcher;
    private final PublicationWatch publications;
    private final Optional<LeaseWorker> leases;
    private final Optional<Integer> webSeedPort;

    Node(
            Resources resources,
            Participant participant,
            Fetcher fetcher,
            PublicationWatch publications,
            Optional<LeaseWorker> leases,
            Optional<Integer> webSeedPort) {
        this.resources = resources;
        this.participant = participant;
        this.fetcher = fetcher;
        this.publications = publications;
        this.leases = leases;
        this.webSeedPort = webSeedPort;
    }

    /** What it is there for. */
    enum Role {
        /** To stay: everything that lies in the directory is shared. */
        NODE,
        /** For some fetches: only what is asked for is shared. */
        GET
    }

    void start(Path data, Role role) {
        participant.start();
        if (role == Role.NODE) {
            participant.resumeStored().forEach(publications::watch);
            resources.add(participant.worker("publications", publications::run));
            leases.ifPresent(LeaseWorker::start);
        }
        resources.add(LocalServer.start(data, participant, fetcher));
    }

    <T> T acquire(Ask ask, AskListener listener, Fetcher.Use<T> use) throws InterruptedException {
        return fetcher.acquire(ask, listener, use);
    }

    Unpacking unpacking(String name, long totalBytes) {
        return participant.unpacking(name, totalBytes);
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
