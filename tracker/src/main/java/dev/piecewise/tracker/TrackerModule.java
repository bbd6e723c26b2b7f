package dev.piecewise.tracker;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.piecewise.tracker.announce.Announcer;
import dev.piecewise.tracker.announce.InMemorySwarmStore;
import dev.piecewise.tracker.announce.Introductions;
import dev.piecewise.tracker.announce.SwarmStore;
import dev.piecewise.tracker.artifact.Admissions;
import dev.piecewise.tracker.artifact.ChecksumLookups;
import dev.piecewise.tracker.artifact.OriginProfiles;
import dev.piecewise.tracker.artifact.ReadSigner;
import dev.piecewise.tracker.artifact.Registrations;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.http.TrackerHttp;
import dev.piecewise.tracker.state.Event;
import dev.piecewise.tracker.state.Journal;
import dev.piecewise.tracker.state.StateDirectory;
import dev.piecewise.tracker.token.SwarmKeys;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** How a tracker is put together. */
final class TrackerModule extends AbstractModule {
    private static final Duration CHECKSUM_PAUSE = Duration.ofSeconds(2);

    private final TrackerConfig config;
    private final OriginProfiles profiles;
    private final Optional<StateDirectory> state;
    private final TrackerThreads threads;

    /** @param state taken into possession already, so that a failed start can let go of it */
    TrackerModule(
            TrackerConfig config, OriginProfiles profiles, Optional<StateDirectory> state, TrackerThreads threads) {
        this.config = config;
        this.profiles = profiles;
        this.state = state;
        this.threads = threads;
    }

    @Override
    protected void configure() {
        binder().requireExplicitBindings();
        binder().disableCircularProxies();
        bind(InstantSource.class).toInstance(InstantSource.system());
        bind(LongSupplier.class).toInstance(System::nanoTime);
        bind(SecureRandom.class).toInstance(new SecureRandom());
    }

    @Provides
    @Singleton
    SwarmStore swarms(SecureRandom random) {
        return new InMemorySwarmStore(new SplittableRandom(random.nextLong()));
    }

    @Provides
    @Singleton
    Introductions introductions(InstantSource clock, LongSupplier nanoClock) {
        return new Introductions(clock.millis(), nanoClock, threads.worker());
    }

    @Provides
    @Singleton
    Announcer announcer(SwarmStore swarms, Introductions introductions, LongSupplier nanoClock) {
        return new Announcer(swarms, introductions, config.announceInterval(), config.announceMinInterval(), nanoClock);
    }

    @Provides
    @Singleton
    ReadSigner signer() {
        return new ReadSigner(profiles, config.leases().signatureValidity());
    }

    @Provides
    @Singleton
    SwarmKeys keys(SecureRandom random) {
        return new SwarmKeys(state.map(directory -> directory.secret(random)).orElseGet(() -> {
            byte[] secret = new byte[32];
            random.nextBytes(secret);
            return secret;
        }));
    }

    @Provides
    @Singleton
    Scheduler scheduler(
            SwarmStore swarms, ReadSigner signer, SwarmKeys keys, LongSupplier nanoClock, InstantSource clock) {
        List<Event> past = new ArrayList<>();
        state.ifPresent(directory -> directory.replay(past::add));
        Journal journal = state.map(directory -> (Journal) directory).orElseGet(Journal::none);
        return new Scheduler(
                past,
                journal,
                swarms,
                signer,
                config.leases(),
                config.originLimits(),
                config.privateTorrents(),
                keys,
                nanoClock,
                clock,
                threads.worker(),
                threads::after);
    }

    @Provides
    @Singleton
    ChecksumLookups checksums(Scheduler scheduler) {
        return new ChecksumLookups(profiles, scheduler, threads.checksums(), CHECKSUM_PAUSE);
    }

    @Provides
    @Singleton
    Admissions admissions(Scheduler scheduler) {
        return new Admissions(profiles, threads.blocking(), scheduler);
    }

    @Provides
    @Singleton
    Registrations registrations(Admissions admissions, Scheduler scheduler) {
        return new Registrations(admissions, scheduler);
    }

    @Provides
    @Singleton
    TrackerHttp.Parts parts(
            Scheduler scheduler,
            Admissions admissions,
            Registrations registrations,
            Announcer announcer,
            Introductions introductions,
            SwarmStore swarms,
            SwarmKeys keys,
            LongSupplier nanoClock) {
        return new TrackerHttp.Parts(
                scheduler,
                admissions,
                registrations,
                announcer,
                introductions,
                swarms,
                config.tokens(),
                keys,
                config.publicUrl(),
                config.maxWait(),
                nanoClock,
                threads.blocking());
    }
}
