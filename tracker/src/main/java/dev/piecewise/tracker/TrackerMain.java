package dev.piecewise.tracker;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.torrentbuilder.file.FileOrigin;
import dev.piecewise.torrentbuilder.https.HttpsOrigin;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.s3.S3Origin;
import dev.piecewise.torrentbuilder.s3.S3Profile;
import dev.piecewise.tracker.announce.Announcer;
import dev.piecewise.tracker.announce.Introductions;
import dev.piecewise.tracker.artifact.ChecksumLookups;
import dev.piecewise.tracker.artifact.OriginProfiles;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.http.TrackerHttp;
import dev.piecewise.tracker.state.StateDirectory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a tracker within this process. */
public final class TrackerMain {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerMain.class);

    private TrackerMain() {}

    /**
     * Starts with the profiles of the configuration; the default one is, unless it is among them, S3 as the process's
     * environment configures it. A profile that allows other origins only needs no S3.
     *
     * @throws ProcessFault if it cannot listen, or its state directory cannot be used
     * @throws dev.piecewise.core.fault.OriginFault USAGE if a profile cannot be used
     */
    public static TrackerServer start(TrackerConfig config) {
        checkListen(config);
        if (profiles(config).stream().anyMatch(TrackerMain::needsS3)) {
            Thread warming = new Thread(S3Origin::warmUp, "s3-warm-up");
            warming.setDaemon(true);
            warming.start();
        }
        List<Origin> opened = new ArrayList<>();
        AutoCloseable owned = () -> opened.forEach(TrackerMain::closeQuietly);
        try {
            List<OriginProfiles.Profile> profiles = new ArrayList<>();
            for (ProfileConfig profile : profiles(config)) {
                List<Origin> origins = new ArrayList<>();
                if (needsS3(profile)) {
                    origins.add(S3Origin.of(profile.s3()));
                    opened.addAll(origins);
                }
                Origin https = HttpsOrigin.of(profile.allow());
                opened.add(https);
                origins.add(https);
                origins.add(FileOrigin.of(profile.allow()));
                profiles.add(new OriginProfiles.Profile(profile.s3().name(), origins, profile.allow()));
            }
            return start(config, new OriginProfiles(profiles), owned);
        } catch (RuntimeException e) {
            closeQuietly(owned);
            throw e;
        }
    }

    private static boolean needsS3(ProfileConfig profile) {
        return profile.allow().isEmpty()
                || profile.allow().stream().anyMatch(uri -> uri.scheme().equals("s3"));
    }

    /** The default profile first. */
    private static List<ProfileConfig> profiles(TrackerConfig config) {
        List<ProfileConfig> profiles = new ArrayList<>();
        profiles.add(new ProfileConfig(S3Profile.ofSdk(OriginProfiles.DEFAULT), config.allow()));
        for (ProfileConfig profile : config.profiles()) {
            if (profile.s3().name().equals(OriginProfiles.DEFAULT)) {
                profiles.set(0, new ProfileConfig(profile.s3(), config.allow()));
            } else {
                profiles.add(profile);
            }
        }
        return profiles;
    }

    /**
     * Starts with these origins as the only profile; the caller closes them after the tracker.
     *
     * @throws ProcessFault if it cannot listen, or its state directory cannot be used
     */
    public static TrackerServer start(TrackerConfig config, List<Origin> origins) {
        checkListen(config);
        return start(config, OriginProfiles.only(origins, config.allow()), () -> {});
    }

    private static TrackerServer start(TrackerConfig config, OriginProfiles profiles, AutoCloseable owned) {
        TrackerThreads threads = new TrackerThreads(); // which begin when there is something to do
        Optional<StateDirectory> state =
                config.state().map(directory -> StateDirectory.open(directory, threads.blocking()));
        try {
            Injector injector =
                    Guice.createInjector(Stage.PRODUCTION, new TrackerModule(config, profiles, state, threads));
            Scheduler scheduler = injector.getInstance(Scheduler.class);
            Announcer announcer = injector.getInstance(Announcer.class);
            Introductions introductions = injector.getInstance(Introductions.class);
            ChecksumLookups checksums = injector.getInstance(ChecksumLookups.class);
            TrackerHttp http = TrackerHttp.start(
                    config.listenHost(), config.listenPort(), injector.getInstance(TrackerHttp.Parts.class));
            threads.everyTick(
                    () -> {
                        scheduler.tick();
                        announcer.tick();
                        introductions.tick();
                        checksums.tick();
                    },
                    failure -> LOG.error("tracker-clock failed", failure));
            return new TrackerServer(http, scheduler, introductions, threads, state, owned);
        } catch (RuntimeException e) {
            threads.close();
            state.ifPresent(StateDirectory::close);
            throw cause(e);
        }
    }

    /** Guice wraps what a provider throws. */
    private static RuntimeException cause(RuntimeException thrown) {
        boolean wrapped = thrown instanceof ProvisionException || thrown instanceof com.google.inject.CreationException;
        return wrapped && thrown.getCause() instanceof PiecewiseFault fault ? fault : thrown;
    }

    private static void checkListen(TrackerConfig config) {
        if (config.tokens().inForce() || config.insecure()) {
            return;
        }
        boolean loopback;
        try {
            loopback = InetAddress.getByName(config.listenHost()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new ProcessFault(
                    Kind.USAGE,
                    "cannot listen on " + config.listenHost() + ": no such host; choose another --listen",
                    e);
        }
        if (!loopback) {
            throw new ProcessFault(
                    Kind.USAGE,
                    "cannot listen on " + config.listenHost()
                            + " without tokens: anybody could read what this tracker may read; pass --token-file or set"
                            + " PIECEWISE_TOKEN, or say --insecure");
        }
    }

    static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            LOG.warn("closing {}", closeable.getClass().getSimpleName(), e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
