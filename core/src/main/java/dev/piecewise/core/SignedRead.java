package dev.piecewise.core;

import java.util.Map;

/**
 * One ranged read of an origin, ready to send.
 *
 * @param url presigned; a secret while it lives: never log it
 * @param headers to send verbatim ({@code Range} and {@code If-Match} are signed)
 * @param firstByte first byte of the range within the object
 * @param lastByte last byte, inclusive
 * @param fromHolder whether it goes to a node that holds the bytes already, not to the origin
 */
public record SignedRead(String url, Map<String, String> headers, long firstByte, long lastByte, boolean fromHolder) {
    /** One of the origin. */
    public SignedRead(String url, Map<String, String> headers, long firstByte, long lastByte) {
        this(url, headers, firstByte, lastByte, false);
    }

    /** Without the URL's signature. */
    @Override
    public String toString() {
        int query = url.indexOf('?');
        return "SignedRead[" + (query < 0 ? url : url.substring(0, query)) + ", bytes " + firstByte + "-" + lastByte
                + "]";
    }
}
