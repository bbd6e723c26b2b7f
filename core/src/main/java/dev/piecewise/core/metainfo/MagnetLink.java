package dev.piecewise.core.metainfo;

import dev.piecewise.core.InfoHash;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code magnet:?xt=urn:btih:...} (BEP 9).
 *
 * @param infoHash the swarm
 * @param name {@code dn}, for people
 * @param trackers {@code tr}, announce URLs
 * @param peers {@code x.pe}, unresolved
 */
public record MagnetLink(
        InfoHash infoHash, Optional<String> name, List<String> trackers, List<InetSocketAddress> peers) {
    private static final String START = "magnet:?";
    private static final String TOPIC = "urn:btih:";
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final Pattern PEER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]]+):(\\d{1,5})");

    public MagnetLink {
        trackers = List.copyOf(trackers);
        peers = List.copyOf(peers);
    }

    /** A link without peers. */
    public MagnetLink(InfoHash infoHash, Optional<String> name, List<String> trackers) {
        this(infoHash, name, trackers, List.of());
    }

    /** Whether a text is meant as a magnet link, well formed or not. */
    public static boolean isMagnet(String text) {
        return text.regionMatches(true, 0, "magnet:", 0, "magnet:".length());
    }

    /**
     * Reads a link; parameters that Piecewise does not use are ignored, and so are peers without a usable port.
     *
     * @throws IllegalArgumentException with a message for the user, which does not repeat the link: its announce URL may hold
     *     a key
     */
    public static MagnetLink parse(String text) {
        if (!text.regionMatches(true, 0, START, 0, START.length())) {
            throw new IllegalArgumentException("not a magnet link: it must start with " + START);
        }
        Optional<InfoHash> infoHash = Optional.empty();
        Optional<String> name = Optional.empty();
        List<String> trackers = new ArrayList<>();
        List<InetSocketAddress> peers = new ArrayList<>();
        for (String parameter : text.substring(START.length()).split("&", -1)) {
            int equals = parameter.indexOf('=');
            String key = equals < 0 ? parameter : parameter.substring(0, equals);
            String value = decode(key, parameter.substring(equals + 1));
            switch (key.replaceFirst("\\.\\d+$", "")) { // tr.1, tr.2: some clients number them
                case "xt" -> infoHash = infoHash.or(() -> topic(value));
                case "dn" -> name = Optional.of(value);
                case "tr" -> trackers.add(value);
                case "x.pe" -> peer(value).ifPresent(peers::add);
                default -> {}
            }
        }
        InfoHash found = infoHash.orElseThrow(() -> new IllegalArgumentException(
                "this magnet link names no infohash: xt=urn:btih: with 40 hexadecimal or 32 base32 digits is needed"));
        return new MagnetLink(found, name, trackers, peers);
    }

    private static String decode(String key, String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("broken percent-encoding in " + key + " of this magnet link", e);
        }
    }

    private static Optional<InfoHash> topic(String value) {
        if (!value.regionMatches(true, 0, TOPIC, 0, TOPIC.length())) {
            return Optional.empty();
        }
        String digits = value.substring(TOPIC.length());
        if (digits.matches("[0-9a-fA-F]{40}")) {
            return Optional.of(InfoHash.fromHex(digits));
        }
        return digits.matches("[a-zA-Z2-7]{32}") ? Optional.of(InfoHash.of(base32(digits))) : Optional.empty();
    }

    /** RFC 4648, of a multiple of 8 digits. */
    private static byte[] base32(String digits) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long bits = 0;
        int count = 0;
        for (char digit : digits.toUpperCase(Locale.ROOT).toCharArray()) {
            bits = bits << 5 | BASE32.indexOf(digit);
            count += 5;
            if (count >= 8) {
                count -= 8;
                out.write((int) (bits >>> count));
            }
        }
        return out.toByteArray();
    }

    private static Optional<InetSocketAddress> peer(String value) {
        Matcher matcher = PEER.matcher(value);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String host = matcher.group(1).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(matcher.group(2));
        return port < 1 || port > 65_535
                ? Optional.empty()
                : Optional.of(InetSocketAddress.createUnresolved(host, port));
    }

    @Override
    public String toString() {
        StringBuilder link = new StringBuilder(START + "xt=" + TOPIC + infoHash.hex());
        name.ifPresent(text -> link.append("&dn=").append(encode(text)));
        trackers.forEach(tracker -> link.append("&tr=").append(encode(tracker)));
        peers.forEach(
                peer -> link.append("&x.pe=").append(host(peer)).append(':').append(peer.getPort()));
        return link.toString();
    }

    private static String host(InetSocketAddress peer) {
        return peer.getHostString().contains(":") ? "[" + peer.getHostString() + "]" : encode(peer.getHostString());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
