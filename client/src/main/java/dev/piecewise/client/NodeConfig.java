package dev.piecewise.client;

import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.http.WebSeedConfig;
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
 * @param webSeed how a {@code node} serves torrents over HTTP, if it does
 */
public record NodeConfig(
        Optional<URI> tracker,
        Optional<String> token,
        Path data,
        Listen listen,
        Optional<String> advertise,
        Optional<WebSeedConfig> webSeed) {
    /** No token, {@link Listen#defaults()}, no web seed. */
    public static NodeConfig defaults(URI tracker, Path data) {
        return new NodeConfig(
                Optional.of(tracker), Optional.empty(), data, Listen.defaults(), Optional.empty(), Optional.empty());
    }

    /** For magnet links alone. */
    public static NodeConfig withoutTracker(Path data) {
        return new NodeConfig(
                Optional.empty(), Optional.empty(), data, Listen.defaults(), Optional.empty(), Optional.empty());
    }

    public NodeConfig withToken(String secret) {
        return new NodeConfig(tracker, Optional.of(secret), data, listen, advertise, webSeed);
    }

    public NodeConfig withListen(Listen address) {
        return new NodeConfig(tracker, token, data, address, advertise, webSeed);
    }

    public NodeConfig withAdvertise(String host) {
        return new NodeConfig(tracker, token, data, listen, Optional.of(host), webSeed);
    }

    public NodeConfig withWebSeed(WebSeedConfig config) {
        return new NodeConfig(tracker, token, data, listen, advertise, Optional.of(config));
    }

    @Override
    public String toString() {
        return "NodeConfig[tracker=" + tracker.map(URI::toString).orElse("none") + ", token="
                + (token.isPresent() ? "***" : "none") + ", data=" + data
                + ", listen=" + listen + ", advertise=" + advertise.orElse("auto") + ", webSeed="
                + webSeed.map(WebSeedConfig::toString).orElse("off") + "]";
    }
}
