package dev.piecewise.tracker;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.token.Tokens;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Everything a tracker can be told.
 *
 * @param listenHost address or name to listen on
 * @param listenPort port to listen on; 0 takes any free one
 * @param state directory that survives a restart; without one nothing does
 * @param allow what may be asked for by the default profile: these URIs and what lies below them
 * @param profiles other ways to origins, and perhaps the default one (its {@code allow} is the one above); if it is not among
 *     them it is what the AWS SDK finds
 * @param tokens tokens in force, needed on a non-loopback address
 * @param insecure listen on a non-loopback address without tokens
 * @param publicUrl under which clients reach this tracker, when it is not the host they asked
 * @param leases heartbeat and expiry
 * @param originLimits what all leases together may take from origins
 * @param announceInterval what announces are told to keep to; peers expire after two and a half of them
 * @param announceMinInterval what announces are told not to undercut
 * @param maxWait longest wait of a request that waits
 * @param privateTorrents whether torrents carry {@code private=1} (BEP 27)
 */
public record TrackerConfig(
        String listenHost,
        int listenPort,
        Optional<Path> state,
        List<ArtifactUri> allow,
        List<ProfileConfig> profiles,
        Tokens tokens,
        boolean insecure,
        Optional<URI> publicUrl,
        LeaseTimes leases,
        OriginBudget.Limits originLimits,
        Duration announceInterval,
        Duration announceMinInterval,
        Duration maxWait,
        boolean privateTorrents) {
    public TrackerConfig {
        allow = List.copyOf(allow);
        profiles = List.copyOf(profiles);
    }

    /** 127.0.0.1:7070, no state, nothing allowed, no tokens, 100 origin reads at once. */
    public static TrackerConfig defaults() {
        return new TrackerConfig(
                "127.0.0.1",
                7070,
                Optional.empty(),
                List.of(),
                List.of(),
                Tokens.none(),
                false,
                Optional.empty(),
                LeaseTimes.defaults(),
                OriginBudget.Limits.defaults(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(50),
                true);
    }

    public TrackerConfig withListen(String host, int port) {
        return with(draft -> {
            draft.listenHost = host;
            draft.listenPort = port;
        });
    }

    public TrackerConfig withState(Path directory) {
        return with(draft -> draft.state = Optional.of(directory));
    }

    public TrackerConfig withAllow(List<ArtifactUri> allowed) {
        return with(draft -> draft.allow = allowed);
    }

    public TrackerConfig withProfiles(List<ProfileConfig> named) {
        return with(draft -> draft.profiles = named);
    }

    public TrackerConfig withTokens(Tokens inForce) {
        return with(draft -> draft.tokens = inForce);
    }

    public TrackerConfig withInsecure(boolean allowed) {
        return with(draft -> draft.insecure = allowed);
    }

    public TrackerConfig withPublicUrl(URI url) {
        return with(draft -> draft.publicUrl = Optional.of(url));
    }

    public TrackerConfig withLeases(LeaseTimes times) {
        return with(draft -> draft.leases = times);
    }

    public TrackerConfig withOriginLimits(OriginBudget.Limits limits) {
        return with(draft -> draft.originLimits = limits);
    }

    public TrackerConfig withAnnounce(Duration interval, Duration minInterval) {
        return with(draft -> {
            draft.announceInterval = interval;
            draft.announceMinInterval = minInterval;
        });
    }

    public TrackerConfig withMaxWait(Duration wait) {
        return with(draft -> draft.maxWait = wait);
    }

    public TrackerConfig withPrivateTorrents(boolean isPrivate) {
        return with(draft -> draft.privateTorrents = isPrivate);
    }

    private TrackerConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    /** A copy that can be changed, so that each component is listed once and not in every {@code with}. */
    private static final class Draft {
        private String listenHost;
        private int listenPort;
        private Optional<Path> state;
        private List<ArtifactUri> allow;
        private List<ProfileConfig> profiles;
        private Tokens tokens;
        private boolean insecure;
        private Optional<URI> publicUrl;
        private LeaseTimes leases;
        private OriginBudget.Limits originLimits;
        private Duration announceInterval;
        private Duration announceMinInterval;
        private Duration maxWait;
        private boolean privateTorrents;

        Draft(TrackerConfig config) {
            listenHost = config.listenHost;
            listenPort = config.listenPort;
            state = config.state;
            allow = config.allow;
            profiles = config.profiles;
            tokens = config.tokens;
            insecure = config.insecure;
            publicUrl = config.publicUrl;
            leases = config.leases;
            originLimits = config.originLimits;
            announceInterval = config.announceInterval;
            announceMinInterval = config.announceMinInterval;
            maxWait = config.maxWait;
            privateTorrents = config.privateTorrents;
        }

        TrackerConfig config() {
            return new TrackerConfig(
                    listenHost,
                    listenPort,
                    state,
                    allow,
                    profiles,
                    tokens,
                    insecure,
                    publicUrl,
                    leases,
                    originLimits,
                    announceInterval,
                    announceMinInterval,
                    maxWait,
                    privateTorrents);
        }
    }
}
