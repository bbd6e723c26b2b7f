package dev.piecewise.tracker;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.token.Tokens;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything a tracker can be told.
 *
 * @param listenHost address or name to listen on
 * @param listenPort port to listen on; 0 takes any free one
 * @param state directory that survives a restart; without one nothing does
 * @param allow origins served: these URIs and what lies below them
 * @param tokens tokens in force, needed on a non-loopback address
 * @param insecure listen on a non-loopback address without tokens
 * @param publicUrl under which clients reach this tracker, when it is not the host they asked
 * @param leases heartbeat and expiry
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
        Tokens tokens,
        boolean insecure,
        Optional<URI> publicUrl,
        LeaseTimes leases,
        Duration announceInterval,
        Duration announceMinInterval,
        Duration maxWait,
        boolean privateTorrents) {
    public TrackerConfig {
        allow = List.copyOf(allow);
    }

    /** 127.0.0.1:7070, no state, nothing allowed, no tokens. */
    public static TrackerConfig defaults() {
        return new TrackerConfig(
                "127.0.0.1",
                7070,
                Optional.empty(),
                List.of(),
                Tokens.none(),
                false,
                Optional.empty(),
                LeaseTimes.defaults(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(50),
                true);
    }

    public TrackerConfig withListen(String host, int port) {
        return new TrackerConfig(
                host,
                port,
                state,
                allow,
                tokens,
                insecure,
                publicUrl,
                leases,
                announceInterval,
                announceMinInterval,
                maxWait,
                privateTorrents);
    }

    public TrackerConfig withState(Path directory) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                Optional.of(directory),
                allow,
                tokens,
                insecure,
                publicUrl,
                leases,
                announceInterval,
                announceMinInterval,
                maxWait,
                privateTorrents);
    }

    public TrackerConfig withAllow(List<ArtifactUri> allowed) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                state,
                allowed,
                tokens,
                insecure,
                publicUrl,
                leases,
                announceInterval,
                announceMinInterval,
                maxWait,
                privateTorrents);
    }

    public TrackerConfig withTokens(Tokens inForce) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                state,
                allow,
                inForce,
                insecure,
                publicUrl,
                leases,
                announceInterval,
                announceMinInterval,
                maxWait,
                privateTorrents);
    }

    public TrackerConfig withInsecure(boolean allowed) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                state,
                allow,
                tokens,
                allowed,
                publicUrl,
                leases,
                announceInterval,
                announceMinInterval,
                maxWait,
                privateTorrents);
    }

    public TrackerConfig withPublicUrl(URI url) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                state,
                allow,
                tokens,
                insecure,
                Optional.of(url),
                leases,
                announceInterval,
                announceMinInterval,
                maxWait,
                privateTorrents);
    }

    public TrackerConfig withLeases(LeaseTimes times) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                state,
                allow,
                tokens,
                insecure,
                publicUrl,
                times,
                announceInterval,
                announceMinInterval,
                maxWait,
                privateTorrents);
    }

    public TrackerConfig withAnnounce(Duration interval, Duration minInterval) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                state,
                allow,
                tokens,
                insecure,
                publicUrl,
                leases,
                interval,
                minInterval,
                maxWait,
                privateTorrents);
    }

    public TrackerConfig withMaxWait(Duration wait) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                state,
                allow,
                tokens,
                insecure,
                publicUrl,
                leases,
                announceInterval,
                announceMinInterval,
                wait,
                privateTorrents);
    }

    public TrackerConfig withPrivateTorrents(boolean isPrivate) {
        return new TrackerConfig(
                listenHost,
                listenPort,
                state,
                allow,
                tokens,
                insecure,
                publicUrl,
                leases,
                announceInterval,
                announceMinInterval,
                maxWait,
                isPrivate);
    }
}
