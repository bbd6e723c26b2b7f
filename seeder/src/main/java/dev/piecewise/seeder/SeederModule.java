package dev.piecewise.seeder;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.store.DataDirectory;
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
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/** Puts a seeder together; what must be closed is added to {@link Resources} as soon as it is open. */
final class SeederModule extends AbstractModule {
    private final SeederConfig config;
    private final Resources resources;

    SeederModule(SeederConfig config, Resources resources) {
        this.config = config;
        this.resources = resources;
    }

    @Override
    protected void configure() {
        binder().requireExplicitBindings();
        binder().disableCircularProxies();
        bind(LongSupplier.class).toInstance(System::nanoTime);
        bind(LiveLeases.class).toInstance(new LiveLeases());
    }

    @Provides
    @Singleton
    DataDirectory dataDirectory() {
        return resources.add(DataDirectory.open(config.data()));
    }

    @Provides
    @Singleton
    Tracker tracker() {
        return new RemoteTracker(resources.add(new TrackerClient(config.tracker(), config.token())));
    }

    @Provides
    @Singleton
    SwarmEngine engine() {
        return resources.add(config.listen().engine(config.limits(), config.place()));
    }

    @Provides
    @Singleton
    Optional<WebSeed> webSeed() {
        return config.webSeed().map(of -> resources.add(WebSeed.open(of)));
    }

    @Provides
    @Singleton
    Participant participant(
            DataDirectory data,
            Tracker tracker,
            SwarmEngine engine,
            LiveLeases leases,
            Optional<WebSeed> webSeed,
            LongSupplier nanoTime) {
        String host = config.advertise().orElseGet(() -> AdvertisedHost.towards(config.tracker()));
        NodeRegistration registration = new NodeRegistration(
                UUID.randomUUID().toString(),
                "seeder",
                Ingest.ONLY,
                host,
                webSeed.map(of -> of.url(config.advertise(), host)).orElse(null),
                config.place());
        return resources.add(
                new Participant(tracker, new DataDirectoryStore(data), engine, registration, leases, nanoTime));
    }

    @Provides
    @Singleton
    PublicationWatch publications(Tracker tracker, Participant participant) {
        return new PublicationWatch(tracker, participant);
    }

    @Provides
    @Singleton
    LeaseWorker leaseWorker(
            Tracker tracker,
            Participant participant,
            LiveLeases leases,
            PublicationWatch publications,
            LongSupplier nanoTime) {
        return resources.add(new LeaseWorker(
                tracker,
                participant,
                leases,
                config.origin(),
                LeaseWorker.Need.ALWAYS,
                publications::reading,
                nanoTime,
                new SecureRandom()));
    }

    @Provides
    @Singleton
    Seeder seeder(
            Tracker tracker,
            Participant participant,
            PublicationWatch publications,
            LeaseWorker leases,
            Optional<WebSeed> webSeed,
            LongSupplier nanoTime) {
        webSeed.ifPresent(of -> of.serve(tracker, participant, nanoTime));
        return new Seeder(resources, participant, publications, leases, webSeed.map(WebSeed::port));
    }
}
