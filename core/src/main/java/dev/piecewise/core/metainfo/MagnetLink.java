package dev.piecewise.core.metainfo;

import dev.piecewise.core.InfoHash;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code magnet:?xt=urn:btih:...} (BEP 9).
 *
 * @param infoHash the swarm
 * @param name {@code dn}, for people
 * @param trackers {@code tr}, announce URLs
 */
public record MagnetLink(InfoHash infoHash, Optional<String> name, List<String> trackers) {
    private static final String START = "magnet:?";
    private static final String TOPIC = "urn:btih:";

    public MagnetLink {
        trackers = List.copyOf(trackers);
    }

    /**
     * Reads a link; parameters that Piecewise does not use are ignored.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static MagnetLink parse(String text) {
        if (!text.startsWith(START)) {
            throw new IllegalArgumentException("'" + text + "' is not a magnet link: it must start with " + START);
        }
        Optional<InfoHash> infoHash = Optional.empty();
        Optional<String> name = Optional.empty();
        List<String> trackers = new ArrayList<>();
        for (String parameter : text.substring(START.length()).split("&", -1)) {
            int equals = parameter.indexOf('=');
            String key = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = URLDecoder.decode(parameter.substring(equals + 1), StandardCharsets.UTF_8);
            switch (key) {
                case "xt" -> infoHash = infoHash.or(() -> topic(value));
                case "dn" -> name = Optional.of(value);
                case "tr" -> trackers.add(value);
                default -> {}
            }
        }
        InfoHash found = infoHash.orElseThrow(() -> new IllegalArgumentException(
                "'" + text + "' names no infohash: xt=urn:btih: and 40 hexadecimal digits are needed"));
        return new MagnetLink(found, name, trackers);
    }

    private static Optional<InfoHash> topic(String value) {
        return value.matches(TOPIC + "[0-9a-fA-F]{40}")
                ? Optional.of(InfoHash.fromHex(value.substring(TOPIC.length())))
                : Optional.empty();
    }

    @Override
    public String toString() {
        StringBuilder link = new StringBuilder(START + "xt=" + TOPIC + infoHash.hex());
        name.ifPresent(text -> link.append("&dn=").append(encode(text)));
        trackers.forEach(tracker -> link.append("&tr=").append(encode(tracker)));
        return link.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
