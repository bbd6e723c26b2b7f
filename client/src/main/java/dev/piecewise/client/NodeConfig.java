package dev.piecewise.client;

import dev.piecewise.seeder.Listen;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Everything a node, or a {@code get}, can be told.
 *
 * @param tracker the tracker's base URL, for example {@code http://127.0.0.1:7070}
 * @param token sent to the tracker; never logged
 * @param data the data directory; if another process of this machine owns it, that one is asked
 * @param listen where peers are accepted
 * @param advertise host handed out to other peers; absent means the local address by which the tracker is reached
 */
public record NodeConfig(URI tracker, Optional<String> token, Path data, Listen listen, Optional<String> advertise) {
    /** No token, {@link Listen#defaults()}. */
    public static NodeConfig defaults(URI tracker, Path data) {
        return new NodeConfig(tracker, Optional.empty(), data, Listen.defaults(), Optional.empty());
    }

    public NodeConfig withToken(String secret) {
        return new NodeConfig(tracker, Optional.of(secret), data, listen, advertise);
    }

    public NodeConfig withListen(Listen address) {
        return new NodeConfig(tracker, token, data, address, advertise);
    }

    public NodeConfig withAdvertise(String host) {
        return new NodeConfig(tracker, token, data, listen, Optional.of(host));
    }

    @Override
    public String toString() {
        return "NodeConfig[tracker=" + tracker + ", token=" + (token.isPresent() ? "***" : "none") + ", data=" + data
                + ", listen=" + listen + ", advertise=" + advertise.orElse("auto") + "]";
    }
}
