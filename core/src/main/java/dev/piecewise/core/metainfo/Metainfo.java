package dev.piecewise.core.metainfo;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BList;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.bencode.BencodeValue;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A torrent file (BEP 3): the info dictionary and, outside it, what may differ from copy to copy.
 *
 * @param info what the infohash names
 * @param infoHash SHA-1 of the info dictionary's bytes as they were read or are written
 * @param announce the tracker's announce URL
 * @param urlList web seeds (BEP 19), possibly none
 * @param source what it was made of, if it says so
 */
public record Metainfo(
        InfoDictionary info,
        InfoHash infoHash,
        Optional<String> announce,
        List<String> urlList,
        Optional<TorrentSource> source) {
    public Metainfo {
        urlList = List.copyOf(urlList);
    }

    /** A torrent of our own making. */
    public static Metainfo of(InfoDictionary info, Optional<String> announce, List<String> urlList) {
        return new Metainfo(info, info.infoHash(), announce, urlList, Optional.empty());
    }

    /** The same that says what it was made of. */
    public Metainfo withSource(TorrentSource of) {
        return new Metainfo(info, infoHash, announce, urlList, Optional.of(of));
    }

    /** The torrent file's bytes: the same for the same values, no dates, no client names. */
    public byte[] encode() {
        Map<String, BencodeValue> torrent = new HashMap<>();
        torrent.put("info", info.dictionary());
        announce.ifPresent(url -> torrent.put("announce", BString.of(url)));
        if (!urlList.isEmpty()) {
            torrent.put(
                    "url-list",
                    new BList(urlList.stream().<BencodeValue>map(BString::of).toList()));
        }
        source.ifPresent(of -> torrent.put(TorrentSource.KEY, of.dictionary()));
        return Bencode.encode(BDictionary.of(torrent));
    }

    /**
     * Reads a torrent file.
     *
     * @throws TorrentFault if it is not one
     */
    public static Metainfo parse(byte[] bytes) {
        if (!(InfoDictionary.decode(bytes) instanceof BDictionary torrent)) {
            throw new TorrentFault(Kind.FAILED, "not a torrent: not a dictionary");
        }
        BencodeValue info =
                torrent.get("info").orElseThrow(() -> new TorrentFault(Kind.FAILED, "not a torrent: info is missing"));
        // Decoding is strict, so encoding gives back the very bytes that were read.
        InfoHash infoHash = InfoDictionary.hashOf(Bencode.encode(info));
        Optional<String> announce = torrent.get("announce", BString.class).flatMap(BString::text);
        return new Metainfo(
                InfoDictionary.parse(info), infoHash, announce, urlList(torrent), TorrentSource.in(torrent));
    }

    private static List<String> urlList(BDictionary torrent) {
        BencodeValue value = torrent.get("url-list").orElse(new BList(List.of()));
        List<BencodeValue> urls = value instanceof BList list ? list.values() : List.of(value);
        return urls.stream()
                .filter(BString.class::isInstance)
                .flatMap(url -> ((BString) url).text().stream())
                .filter(url -> !url.isEmpty())
                .toList();
    }
}
