package dev.piecewise.seeder;

import dev.piecewise.core.Place;
import dev.piecewise.peer.wire.EngineConfig;
import dev.piecewise.seeder.http.WebSeedConfig;
import dev.piecewise.seeder.lease.OriginSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Everything a seeder can be told.
 *
 * @param tracker the tracker's base URL, for example {@code http://127.0.0.1:7070}
 * @param token sent to the tracker; never logged
 * @param data the data directory; owned by this process while it runs
 * @param listen where peers are accepted
 * @param advertise host handed out to other peers; absent means the local address by which the tracker is reached
 * @param origin how origins are read
 * @param limits of traffic with peers; reads from origins and the web seed are not counted
 * @param webSeed how torrents are served over HTTP, if they are
 * @param place where it stands
 */
public record SeederConfig(
        URI tracker,
        Optional<String> token,
        Path data,
        Listen listen,
        Optional<String> advertise,
        OriginSettings origin,
        EngineConfig.Limits limits,
        Optional<WebSeedConfig> webSeed,
        Place place) {
    /** No token, {@link Listen#defaults()}, {@link OriginSettings#defaults()}, no limits, no web seed, no labels. */
    public static SeederConfig defaults(URI tracker, Path data) {
        return new SeederConfig(
                tracker,
                Optional.empty(),
                data,
                Listen.defaults(),
                Optional.empty(),
                OriginSettings.defaults(),
                EngineConfig.Limits.usual(),
                Optional.empty(),
                Place.UNKNOWN);
    }

    public SeederConfig withToken(String secret) {
        return new SeederConfig(tracker, Optional.of(secret), data, listen, advertise, origin, limits, webSeed, place);
    }

    public SeederConfig withListen(Listen address) {
        return new SeederConfig(tracker, token, data, address, advertise, origin, limits, webSeed, place);
    }

    public SeederConfig withAdvertise(String host) {
        return new SeederConfig(tracker, token, data, listen, Optional.of(host), origin, limits, webSeed, place);
    }

    public SeederConfig withOrigin(OriginSettings settings) {
        return new SeederConfig(tracker, token, data, listen, advertise, settings, limits, webSeed, place);
    }

    public SeederConfig withLimits(EngineConfig.Limits newLimits) {
        return new SeederConfig(tracker, token, data, listen, advertise, origin, newLimits, webSeed, place);
    }

    public SeederConfig withWebSeed(WebSeedConfig config) {
        return new SeederConfig(tracker, token, data, listen, advertise, origin, limits, Optional.of(config), place);
    }

    public SeederConfig withPlace(Place labels) {
        return new SeederConfig(tracker, token, data, listen, advertise, origin, limits, webSeed, labels);
    }

    @Override
    public String toString() {
        return "SeederConfig[tracker=" + tracker + ", token=" + (token.isPresent() ? "***" : "none") + ", data=" + data
                + ", listen=" + listen + ", advertise=" + advertise.orElse("auto") + ", origin=" + origin + ", limits="
                + limits + ", webSeed="
                + webSeed.map(WebSeedConfig::toString).orElse("off") + ", place=" + place + "]";
    }
}
