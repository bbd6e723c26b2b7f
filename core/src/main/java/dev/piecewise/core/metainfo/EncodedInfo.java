package dev.piecewise.core.metainfo;

import dev.piecewise.core.InfoHash;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * An info dictionary with the very bytes whose SHA-1 is its infohash. Those of a torrent that others made may hold keys that
 * Piecewise does not know, so they are kept and passed on (BEP 9) as they came.
 */
public final class EncodedInfo {
    private final byte[] bytes;
    private final InfoHash infoHash;
    private final InfoDictionary info;

    private EncodedInfo(byte[] bytes, InfoDictionary info) {
        this.bytes = bytes;
        this.infoHash = InfoDictionary.hashOf(bytes);
        this.info = info;
    }

    /** One of our own making. */
    public static EncodedInfo of(InfoDictionary info) {
        return new EncodedInfo(info.encode(), info);
    }

    /**
     * Reads one.
     *
     * @param bytes copied
     * @throws dev.piecewise.core.fault.TorrentFault if that is no info dictionary, or not one that Piecewise can use
     */
    public static EncodedInfo parse(byte[] bytes) {
        return new EncodedInfo(bytes.clone(), InfoDictionary.parse(bytes));
    }

    /** A fresh copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The bytes, not copied, to be read only. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** SHA-1 of the bytes. */
    public InfoHash infoHash() {
        return infoHash;
    }

    /** What they say. */
    public InfoDictionary info() {
        return info;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EncodedInfo that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return infoHash.hashCode();
    }

    @Override
    public String toString() {
        return "info dictionary of " + infoHash;
    }
}
