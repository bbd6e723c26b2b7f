package dev.piecewise.client;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.DataDirectoryStore;
import dev.piecewise.seeder.Resources;
import dev.piecewise.seeder.cluster.AdvertisedHost;
import dev.piecewise.seeder.cluster.LeaseKeeper;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublicationWatch;
import dev.piecewise.seeder.cluster.RemoteTracker;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.seeder.http.WebSeed;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.net.URI;
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
        return resources.add(config.listen().engine(config.limits()));
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
            Optional<WebSeed> webSeed,
            LongSupplier nanoTime) {
        String host = config.advertise()
                .orElseGet(() -> config.tracker().map(AdvertisedHost::towards).orElse("localhost"));
        NodeRegistration registration = new NodeRegistration(
                UUID.randomUUID().toString(),
                role.name().toLowerCase(Locale.ROOT),
                false,
                host,
                webSeed.map(of -> of.url(config.advertise(), host)).orElse(null));
        return resources.add(new Participant(
                tracker, new DataDirectoryStore(directory), engine, registration, LeaseKeeper.NONE, nanoTime));
    }

    @Provides
    @Singleton
    Fetcher fetcher(Tracker tracker, Participant participant, LongSupplier nanoTime) {
        return new Fetcher(
                tracker,
                participant,
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
            Optional<WebSeed> webSeed,
            LongSupplier nanoTime) {
        webSeed.ifPresent(of -> of.serve(tracker, participant, nanoTime));
        return new Node(
                resources,
                participant,
                fetcher,
                new PublicationWatch(tracker, participant),
                webSeed.map(WebSeed::port));
    }
}
