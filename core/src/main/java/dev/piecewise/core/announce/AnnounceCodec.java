package dev.piecewise.core.announce;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BInteger;
import dev.piecewise.core.bencode.BList;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.bencode.BencodeValue;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The announce between value and bytes (BEP 3, 7, 23). Whatever the other side sends gives a value or a {@link PeerFault}
 * whose message the other side may see.
 */
public final class AnnounceCodec {
    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;
    private static final int PORT_BYTES = 2;
    private static final int MAX_HEAD_BYTES = 200; // keys and numbers of a response
    private static final long MAX_INTERVAL_SECONDS = Duration.ofDays(1).toSeconds();

    private AnnounceCodec() {}

    /** How peers are written in a response. */
    public enum PeerForm {
        /** {@code peers} of 6 bytes each (BEP 23) and {@code peers6} of 18 (BEP 7). */
        COMPACT,
        /** A list of dictionaries (BEP 3), for {@code compact=0}. */
        DICTIONARIES
    }

    /** The query string of a request, without {@code ?}; always asks for the compact form. */
    public static String toQuery(AnnounceRequest request) {
        StringBuilder query = new StringBuilder("info_hash=")
                .append(QueryString.encode(request.infoHash().bytes()))
                .append("&peer_id=")
                .append(QueryString.encode(request.peerId().bytes()))
                .append("&port=")
                .append(request.port())
                .append("&uploaded=")
                .append(request.uploadedBytes())
                .append("&downloaded=")
                .append(request.downloadedBytes())
                .append("&left=")
                .append(request.leftBytes())
                .append("&compact=1");
        if (request.wantedPeers() >= 0) {
            query.append("&numwant=").append(request.wantedPeers());
        }
        if (request.event() != AnnounceEvent.NONE) {
            query.append("&event=").append(request.event().name().toLowerCase(Locale.ROOT));
        }
        return query.toString();
    }

    /**
     * Reads the query of a request. Parameters that are not of the announce are ignored; {@code uploaded}, {@code
     * downloaded} and {@code left} default to 0, 0 and "something".
     */
    public static AnnounceRequest fromQuery(QueryString query) {
        InfoHash infoHash = InfoHash.of(exactly(query, "info_hash", InfoHash.BYTES));
        PeerId peerId = PeerId.of(exactly(query, "peer_id", PeerId.BYTES));
        long port = query.number("port").orElseThrow(() -> new PeerFault(Kind.FAILED, "port is missing"));
        long uploaded = query.number("uploaded").orElse(0L);
        long downloaded = query.number("downloaded").orElse(0L);
        long left = query.number("left").orElse(Long.MAX_VALUE);
        if (port < 1 || port > 65_535 || uploaded < 0 || downloaded < 0 || left < 0) {
            throw new PeerFault(Kind.FAILED, "port, uploaded, downloaded or left is out of range");
        }
        long wanted = query.number("numwant").orElse(-1L);
        return new AnnounceRequest(
                infoHash,
                peerId,
                (int) port,
                uploaded,
                downloaded,
                left,
                event(query.text("event").orElse("")),
                (int) Math.max(-1, Math.min(wanted, Integer.MAX_VALUE)));
    }

    /** Which form of peers a request asks for: compact unless it says {@code compact=0}. */
    public static PeerForm formWanted(QueryString query) {
        return query.text("compact").filter("0"::equals).isPresent() ? PeerForm.DICTIONARIES : PeerForm.COMPACT;
    }

    /** The body of a response. */
    public static byte[] encode(AnnounceResponse response, PeerForm form) {
        if (form == PeerForm.COMPACT) {
            return encodeCompact(response);
        }
        return Bencode.encode(BDictionary.of(Map.of(
                "interval",
                new BInteger(response.interval().toSeconds()),
                "min interval",
                new BInteger(response.minInterval().toSeconds()),
                "complete",
                new BInteger(response.complete()),
                "incomplete",
                new BInteger(response.incomplete()),
                "peers",
                new BList(response.peers().stream()
                        .<BencodeValue>map(AnnounceCodec::dictionary)
                        .toList()))));
    }

    /** Written straight down, keys in order, as a tracker does little else. */
    private static byte[] encodeCompact(AnnounceResponse response) {
        int v6 = 0;
        for (InetSocketAddress peer : response.peers()) {
            v6 += peer.getAddress() instanceof Inet6Address ? 1 : 0;
        }
        int v4 = response.peers().size() - v6;
        ByteBuffer body =
                ByteBuffer.allocate(MAX_HEAD_BYTES + v4 * (V4_BYTES + PORT_BYTES) + v6 * (V6_BYTES + PORT_BYTES));
        ascii(body, "d8:completei").put(digits(response.complete()));
        ascii(body, "e10:incompletei").put(digits(response.incomplete()));
        ascii(body, "e8:intervali").put(digits(response.interval().toSeconds()));
        ascii(body, "e12:min intervali").put(digits(response.minInterval().toSeconds()));
        compact(ascii(body, "e5:peers"), response.peers(), v4, V4_BYTES);
        if (v6 > 0) {
            compact(ascii(body, "6:peers6"), response.peers(), v6, V6_BYTES);
        }
        body.put((byte) 'e');
        return Arrays.copyOf(body.array(), body.position());
    }

    private static ByteBuffer ascii(ByteBuffer to, String text) {
        return to.put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] digits(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    /** The peers of one family as a string. */
    private static void compact(ByteBuffer to, List<InetSocketAddress> peers, int count, int addressBytes) {
        to.put(digits((long) count * (addressBytes + PORT_BYTES))).put((byte) ':');
        for (InetSocketAddress peer : peers) {
            byte[] address = peer.getAddress().getAddress();
            if (address.length == addressBytes) {
                to.put(address).putShort((short) peer.getPort());
            }
        }
    }

    /** The body that refuses an announce or scrape: {@code failure reason}. */
    public static byte[] encodeFailure(String reason) {
        return Bencode.encode(BDictionary.of(Map.of("failure reason", BString.of(reason))));
    }

    /** Reads a response of either form; a {@code failure reason} becomes a fault of that message. */
    public static AnnounceResponse decode(byte[] body) {
        if (!(Bencode.decode(body) instanceof BDictionary response)) {
            throw new PeerFault(Kind.FAILED, "the tracker's answer is not a dictionary");
        }
        response.get("failure reason", BString.class).ifPresent(reason -> {
            throw new PeerFault(Kind.FAILED, "the tracker refused: " + reason);
        });
        List<InetSocketAddress> peers = new ArrayList<>();
        BencodeValue listed = response.get("peers").orElse(new BList(List.of()));
        if (listed instanceof BString compact) {
            readCompact(compact.bytes(), V4_BYTES, peers);
        } else if (listed instanceof BList dictionaries) {
            dictionaries.values().forEach(peer -> peers.add(address(peer)));
        }
        response.get("peers6", BString.class).ifPresent(compact -> readCompact(compact.bytes(), V6_BYTES, peers));
        Duration interval = seconds(response, "interval", Duration.ofMinutes(1));
        return new AnnounceResponse(
                interval,
                seconds(response, "min interval", interval),
                count(response, "complete"),
                count(response, "incomplete"),
                List.copyOf(peers));
    }

    private static byte[] exactly(QueryString query, String key, int length) {
        byte[] value = query.bytes(key).orElseThrow(() -> new PeerFault(Kind.FAILED, key + " is missing"));
        if (value.length != length) {
            throw new PeerFault(Kind.FAILED, key + " has " + value.length + " bytes, not " + length);
        }
        return value;
    }

    private static AnnounceEvent event(String text) {
        return switch (text) {
            case "started" -> AnnounceEvent.STARTED;
            case "stopped" -> AnnounceEvent.STOPPED;
            case "completed" -> AnnounceEvent.COMPLETED;
            default -> AnnounceEvent.NONE;
        };
    }

    private static BDictionary dictionary(InetSocketAddress peer) {
        return BDictionary.of(
                Map.of("ip", BString.of(peer.getAddress().getHostAddress()), "port", new BInteger(peer.getPort())));
    }

    private static InetSocketAddress address(BencodeValue value) {
        if (value instanceof BDictionary peer) {
            String ip = peer.get("ip", BString.class).flatMap(BString::text).orElse("");
            long port = peer.get("port", BInteger.class).map(BInteger::value).orElse(-1L);
            // Only literal addresses: looking up names that a tracker sends is not our business.
            if (ip.matches("[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*") && port > 0 && port <= 65_535) {
                try {
                    return new InetSocketAddress(InetAddress.getByName(ip), (int) port);
                } catch (UnknownHostException e) {
                    throw new PeerFault(Kind.FAILED, "the tracker named a peer that has no address: " + ip, e);
                }
            }
        }
        throw new PeerFault(Kind.FAILED, "the tracker named a peer without address and port");
    }

    private static void readCompact(byte[] compact, int addressBytes, List<InetSocketAddress> peers) {
        if (compact.length % (addressBytes + PORT_BYTES) != 0) {
            throw new PeerFault(Kind.FAILED, "compact peers of " + compact.length + " bytes");
        }
        ByteBuffer from = ByteBuffer.wrap(compact);
        while (from.hasRemaining()) {
            byte[] address = new byte[addressBytes];
            from.get(address);
            int port = from.getShort() & 0xffff;
            if (port != 0) {
                try {
                    peers.add(new InetSocketAddress(InetAddress.getByAddress(address), port));
                } catch (UnknownHostException e) {
                    throw new IllegalStateException("only the length of the address could be wrong", e);
                }
            }
        }
    }

    private static Duration seconds(BDictionary response, String key, Duration otherwise) {
        return response.get(key, BInteger.class)
                .map(value -> Duration.ofSeconds(Math.max(1, Math.min(value.value(), MAX_INTERVAL_SECONDS))))
                .orElse(otherwise);
    }

    private static int count(BDictionary response, String key) {
        return response.get(key, BInteger.class)
                .map(value -> (int) Math.max(0, Math.min(value.value(), Integer.MAX_VALUE)))
                .orElse(0);
    }
}
