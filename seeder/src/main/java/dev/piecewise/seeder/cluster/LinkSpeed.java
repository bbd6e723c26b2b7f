package dev.piecewise.seeder.cluster;

import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.trackerclient.api.TransferReport.LinkRate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the speed of this process's link: the lower of the user's limit and what the system says. Linux tells a
 * network card's speed in {@code /sys/class/net/INTERFACE/speed}, in Mbit/s; loopback and most virtual cards say nothing. A veth
 * or a bridge says a number that means nothing, so only interfaces with a device behind them are believed.
 *
 * @param download towards this process, unknown if {@code null}
 * @param upload away from it, likewise
 */
record LinkSpeed(@Nullable LinkRate download, @Nullable LinkRate upload) {
    static final LinkSpeed UNKNOWN = new LinkSpeed(null, null);

    private static final Path INTERFACES = Path.of("/sys/class/net");
    private static final long BYTES_A_MEGABIT = 1_000_000 / 8;

    /** @param host by which peers reach this process; must be an address of this machine to mean anything */
    static LinkSpeed of(String host, SwarmEngine engine) {
        OptionalLong card = ofInterface(host);
        return new LinkSpeed(lower(engine.downloadLimit(), card), lower(engine.uploadLimit(), card));
    }

    private static @Nullable LinkRate lower(OptionalLong limit, OptionalLong card) {
        if (limit.isPresent() && limit.getAsLong() <= card.orElse(Long.MAX_VALUE)) {
            return new LinkRate(limit.getAsLong(), LinkRate.LIMIT);
        }
        return card.isPresent() ? new LinkRate(card.getAsLong(), LinkRate.LINK) : null;
    }

    private static OptionalLong ofInterface(String host) {
        if (host.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            NetworkInterface card = NetworkInterface.getByInetAddress(InetAddress.getByName(host));
            return card == null ? OptionalLong.empty() : bytesPerSecond(INTERFACES.resolve(card.getName()));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** @param directory of an interface below {@code /sys/class/net} */
    static OptionalLong bytesPerSecond(Path directory) {
        try {
            if (!Files.exists(directory.resolve("device"))) {
                return OptionalLong.empty();
            }
            long megabits =
                    Long.parseLong(Files.readString(directory.resolve("speed")).strip());
            return megabits > 0 ? OptionalLong.of(megabits * BYTES_A_MEGABIT) : OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
