package dev.piecewise.core.bencode;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code d...e}: keys in the order of their raw bytes. */
public record BDictionary(SortedMap<BString, BencodeValue> entries) implements BencodeValue {
    public BDictionary {
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    /** A dictionary with UTF-8 keys. */
    public static BDictionary of(Map<String, ? extends BencodeValue> entries) {
        SortedMap<BString, BencodeValue> sorted = new TreeMap<>();
        entries.forEach((key, value) -> sorted.put(BString.of(key), value));
        return new BDictionary(sorted);
    }

    /** The value of a key, if it is there. */
    public Optional<BencodeValue> get(String key) {
        return Optional.ofNullable(entries.get(BString.of(key)));
    }

    /** The value of a key, if it is there and of this kind. */
    public <T extends BencodeValue> Optional<T> get(String key, Class<T> kind) {
        return get(key).filter(kind::isInstance).map(kind::cast);
    }
}
