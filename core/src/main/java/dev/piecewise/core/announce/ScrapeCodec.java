package dev.piecewise.core.announce;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BInteger;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.bencode.BencodeValue;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The scrape between value and bytes (BEP 48). */
public final class ScrapeCodec {
    private ScrapeCodec() {}

    /** The query string that asks for these swarms. */
    public static String toQuery(List<InfoHash> infoHashes) {
        return infoHashes.stream()
                .map(infoHash -> "info_hash=" + QueryString.encode(infoHash.bytes()))
                .collect(Collectors.joining("&"));
    }

    /**
     * The infohashes asked for, possibly none.
     *
     * @throws PeerFault if one has the wrong length
     */
    public static List<InfoHash> fromQuery(QueryString query) {
        return query.all("info_hash").stream()
                .map(bytes -> {
                    if (bytes.length != InfoHash.BYTES) {
                        throw new PeerFault(Kind.FAILED, "info_hash has " + bytes.length + " bytes, not 20");
                    }
                    return InfoHash.of(bytes);
                })
                .toList();
    }

    /** The body of a response. */
    public static byte[] encode(ScrapeResponse response) {
        SortedMap<BString, BencodeValue> files = new TreeMap<>();
        response.swarms()
                .forEach((infoHash, counts) -> files.put(
                        BString.of(infoHash.bytes()),
                        BDictionary.of(Map.of(
                                "complete", new BInteger(counts.complete()),
                                "downloaded", new BInteger(counts.downloaded()),
                                "incomplete", new BInteger(counts.incomplete())))));
        return Bencode.encode(BDictionary.of(Map.of("files", new BDictionary(files))));
    }

    /** @throws PeerFault for anything that is not a scrape response */
    public static ScrapeResponse decode(byte[] body) {
        if (!(Bencode.decode(body) instanceof BDictionary response)) {
            throw new PeerFault(Kind.FAILED, "the tracker's answer is not a dictionary");
        }
        Map<InfoHash, ScrapeResponse.Counts> swarms = new HashMap<>();
        response.get("files", BDictionary.class)
                .ifPresent(files -> files.entries().forEach((key, value) -> {
                    if (key.length() == InfoHash.BYTES && value instanceof BDictionary counts) {
                        swarms.put(
                                InfoHash.of(key.bytes()),
                                new ScrapeResponse.Counts(
                                        count(counts, "complete"),
                                        count(counts, "downloaded"),
                                        count(counts, "incomplete")));
                    }
                }));
        return new ScrapeResponse(swarms);
    }

    private static int count(BDictionary counts, String key) {
        return counts.get(key, BInteger.class)
                .map(value -> (int) Math.max(0, Math.min(value.value(), Integer.MAX_VALUE)))
                .orElse(0);
    }
}
