package dev.piecewise.core.bencode;

import java.util.List;

/** {@code l...e}. */
public record BList(List<BencodeValue> values) implements BencodeValue {
    public BList {
        values = List.copyOf(values);
    }
}
