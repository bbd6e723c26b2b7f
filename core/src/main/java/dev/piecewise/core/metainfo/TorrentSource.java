package dev.piecewise.core.metainfo;

import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BList;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.BencodeValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a torrent was made of: dictionary {@code piecewise} of a torrent file, beside the info dictionary, with the strings
 * {@code uri} and {@code versions}. Other clients ignore it.
 *
 * @param uri the object or prefix, for example {@code s3://bucket/key}
 * @param versions of the files in torrent order: S3's ETags, quotes included
 */
public record TorrentSource(String uri, List<String> versions) {
    static final String KEY = "piecewise";

    public TorrentSource {
        versions = List.copyOf(versions);
    }

    BDictionary dictionary() {
        return BDictionary.of(Map.of(
                "uri",
                BString.of(uri),
                "versions",
                new BList(versions.stream().<BencodeValue>map(BString::of).toList())));
    }

    /** Nothing if the torrent has none, or one of another form. */
    static Optional<TorrentSource> in(BDictionary torrent) {
        return torrent.get(KEY, BDictionary.class).flatMap(of -> {
            Optional<String> uri = of.get("uri", BString.class).flatMap(BString::text);
            Optional<List<String>> versions = of.get("versions", BList.class).map(list -> list.values().stream()
                    .filter(BString.class::isInstance)
                    .flatMap(version -> ((BString) version).text().stream())
                    .toList());
            return uri.isPresent() && versions.isPresent()
                    ? Optional.of(new TorrentSource(uri.get(), versions.get()))
                    : Optional.empty();
        });
    }
}
