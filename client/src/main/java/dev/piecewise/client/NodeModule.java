package dev.piecewise.client;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.DataDirectoryStore;
import dev.piecewise.seeder.Resources;
import dev.piecewise.seeder.cluster.AdvertisedHost;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublicationWatch;
import dev.piecewise.seeder.cluster.RemoteTracker;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.seeder.http.WebSeed;
import dev.piecewise.seeder.lease.LeaseWorker;
import dev.piecewise.seeder.lease.LiveLeases;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/** Puts a node together; what must be closed is added to {@link Resources} as soon as it is open. */
final class NodeModule extends AbstractModule {
    private static final URI NOWHERE = URI.create("http://tracker.invalid");

    private final NodeConfig config;
    private final Node.Role role;
    private final DataDirectory data;
    private final Resources resources;

    NodeModule(NodeConfig config, Node.Role role, DataDirectory data, Resources resources) {
        this.config = config;
        this.role = role;
        this.data = data;
        this.resources = resources;
    }

    @Override
    protected void configure() {
        binder().requireExplicitBindings();
        binder().disableCircularProxies();
        bind(LongSupplier.class).toInstance(System::nanoTime);
        bind(DataDirectory.class).toInstance(data);
        bind(LiveLeases.class).toInstance(new LiveLeases());
    }

    private Ingest ingest() {
        return role == Node.Role.NODE && config.tracker().isPresent() ? config.ingest() : Ingest.NEVER;
    }

    @Provides
    @Singleton
    Tracker tracker() {
        return config.tracker()
                .<Tracker>map(url -> new RemoteTracker(resources.add(new TrackerClient(url, config.token()))))
                .orElseGet(() -> new NoTracker(resources.add(new TrackerClient(NOWHERE, Optional.empty()))));
    }

    @Provides
    @Singleton
    SwarmEngine engine() {
        return resources.add(config.listen().engine(config.limits(), config.place()));
    }

    @Provides
    @Singleton
    Optional<WebSeed> webSeed() {
        return config.webSeed().filter(of -> role == Node.Role.NODE).map(of -> resources.add(WebSeed.open(of)));
    }

    @Provides
    @Singleton
    Participant participant(
            DataDirectory directory,
            Tracker tracker,
            SwarmEngine engine,
            LiveLeases leases,
            Optional<WebSeed> webSeed,
            LongSupplier nanoTime) {
        String host = config.advertise()
                .orElseGet(() -> config.tracker().map(AdvertisedHost::towards).orElse("localhost"));
        NodeRegistration registration = new NodeRegistration(
                UUID.randomUUID().toString(),
                role.name().toLowerCase(Locale.ROOT),
                ingest(),
                host,
                webSeed.map(of -> of.url(config.advertise(), host)).orElse(null),
                config.place());
        return resources.add(
                new Participant(tracker, new DataDirectoryStore(directory), engine, registration, leases, nanoTime));
    }

    @Provides
    @Singleton
    PublicationWatch publications(Tracker tracker, Participant participant) {
        return new PublicationWatch(tracker, participant);
    }

    @Provides
    @Singleton
    Optional<LeaseWorker> leaseWorker(
            Tracker tracker,
            Participant participant,
            LiveLeases leases,
            PublicationWatch publications,
            LongSupplier nanoTime) {
        if (ingest() == Ingest.NEVER) {
            return Optional.empty();
        }
        boolean forAll = ingest() == Ingest.ONLY;
        return Optional.of(resources.add(new LeaseWorker(
                tracker,
                participant,
                leases,
                forAll ? config.origin() : config.origin().beside(),
                forAll ? LeaseWorker.Need.ALWAYS : participant::awaitGrowing,
                publications::reading,
                nanoTime,
                new SecureRandom())));
    }

    @Provides
    @Singleton
    Fetcher fetcher(Tracker tracker, Participant participant, LongSupplier nanoTime) {
        return new Fetcher(
                tracker,
                participant,
                new SecureRandom(),
                nanoTime,
                Fetcher.Abandoned.WITHDRAW,
                config.limits().downloads());
    }

    @Provides
    @Singleton
    Node node(
            Tracker tracker,
            Participant participant,
            Fetcher fetcher,
            PublicationWatch publications,
            Optional<LeaseWorker> leases,
            Optional<WebSeed> webSeed,
            LongSupplier nanoTime) {
        webSeed.ifPresent(of -> of.serve(tracker, participant, nanoTime));
        return new Node(resources, participant, fetcher, publications, leases, webSeed.map(WebSeed::port));
    }
}
