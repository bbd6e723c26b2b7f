package dev.piecewise.client;

import dev.piecewise.core.Place;
import dev.piecewise.peer.wire.EngineConfig;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.http.WebSeedConfig;
import dev.piecewise.seeder.lease.OriginSettings;
import dev.piecewise.trackerclient.api.Ingest;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Everything a node, or a {@code get}, can be told.
 *
 * @param tracker the tracker's base URL, for example {@code http://127.0.0.1:7070}; without one only magnet links can be
 *     fetched
 * @param token sent to the tracker; never logged
 * @param data the data directory; if another process of this machine owns it, that one is asked
 * @param listen where peers are accepted
 * @param advertise host handed out to other peers; absent means the local address by which the tracker is reached
 * @param limits of traffic with peers; what the web seed sends is not counted
 * @param webSeed how a {@code node} serves torrents over HTTP, if it does
 * @param ingest whether a {@code node} reads origins
 * @param origin how it does
 * @param place where it stands
 */
public record NodeConfig(
        Optional<URI> tracker,
        Optional<String> token,
        Path data,
        Listen listen,
        Optional<String> advertise,
        EngineConfig.Limits limits,
        Optional<WebSeedConfig> webSeed,
        Ingest ingest,
        OriginSettings origin,
        Place place) {
    /** Of a process that reads no origin. */
    public NodeConfig(
            Optional<URI> tracker,
            Optional<String> token,
            Path data,
            Listen listen,
            Optional<String> advertise,
            EngineConfig.Limits limits,
            Optional<WebSeedConfig> webSeed) {
        this(
                tracker,
                token,
                data,
                listen,
                advertise,
                limits,
                webSeed,
                Ingest.NEVER,
                OriginSettings.defaults(),
                Place.UNKNOWN);
    }

    /** No token, {@link Listen#defaults()}, no limits, no web seed, no reading of origins, no labels. */
    public static NodeConfig defaults(URI tracker, Path data) {
        return new NodeConfig(
                Optional.of(tracker),
                Optional.empty(),
                data,
                Listen.defaults(),
                Optional.empty(),
                EngineConfig.Limits.usual(),
                Optional.empty());
    }

    /** For magnet links alone. */
    public static NodeConfig withoutTracker(Path data) {
        return new NodeConfig(
                Optional.empty(),
                Optional.empty(),
                data,
                Listen.defaults(),
                Optional.empty(),
                EngineConfig.Limits.usual(),
                Optional.empty());
    }

    public NodeConfig withToken(String secret) {
        return new NodeConfig(
                tracker, Optional.of(secret), data, listen, advertise, limits, webSeed, ingest, origin, place);
    }

    public NodeConfig withListen(Listen address) {
        return new NodeConfig(tracker, token, data, address, advertise, limits, webSeed, ingest, origin, place);
    }

    public NodeConfig withAdvertise(String host) {
        return new NodeConfig(tracker, token, data, listen, Optional.of(host), limits, webSeed, ingest, origin, place);
    }

    public NodeConfig withLimits(EngineConfig.Limits newLimits) {
        return new NodeConfig(tracker, token, data, listen, advertise, newLimits, webSeed, ingest, origin, place);
    }

    public NodeConfig withWebSeed(WebSeedConfig config) {
        return new NodeConfig(
                tracker, token, data, listen, advertise, limits, Optional.of(config), ingest, origin, place);
    }

    public NodeConfig withIngest(Ingest when, OriginSettings how) {
        return new NodeConfig(tracker, token, data, listen, advertise, limits, webSeed, when, how, place);
    }

    public NodeConfig withPlace(Place labels) {
        return new NodeConfig(tracker, token, data, listen, advertise, limits, webSeed, ingest, origin, labels);
    }

    @Override
    public String toString() {
        return "NodeConfig[tracker=" + tracker.map(URI::toString).orElse("none") + ", token="
                + (token.isPresent() ? "***" : "none") + ", data=" + data
                + ", listen=" + listen + ", advertise=" + advertise.orElse("auto") + ", limits=" + limits + ", webSeed="
                + webSeed.map(WebSeedConfig::toString).orElse("off") + ", ingest=" + ingest + ", origin=" + origin
                + ", place=" + place
                + "]";
    }
}
