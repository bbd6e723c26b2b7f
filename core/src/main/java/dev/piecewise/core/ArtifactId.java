package dev.piecewise.core;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Names one artifact: an object or prefix at one version, cut in one piece length. 64 lower-case hexadecimal digits.
 *
 * @param hex the digits, safe in a path and in a URL
 */
public record ArtifactId(String hex) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    /** @throws IllegalArgumentException unless {@code hex} is 64 lower-case hexadecimal digits */
    public ArtifactId {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("'" + hex + "' is not an artifact id (64 hexadecimal digits)");
        }
    }

    /**
     * SHA-256 over the length-prefixed fields, in this order: endpoint, bucket, key or prefix, each entry's path, size
     * and version, piece length. Integers are 8 bytes big-endian, as is each length prefix; text is UTF-8.
     *
     * @param endpoint the origin's endpoint, so that equal keys on two servers differ
     * @param entries in UTF-8 byte order of their paths
     */
    public static ArtifactId of(
            String endpoint, String bucket, String keyOrPrefix, List<VersionedEntry> entries, int pieceBytes) {
        MessageDigest sha256 = sha256();
        text(sha256, endpoint);
        text(sha256, bucket);
        text(sha256, keyOrPrefix);
        number(sha256, entries.size());
        for (VersionedEntry entry : entries) {
            text(sha256, entry.path());
            number(sha256, entry.sizeBytes());
            text(sha256, entry.version());
        }
        number(sha256, pieceBytes);
        return new ArtifactId(HexFormat.of().formatHex(sha256.digest()));
    }

    /**
     * Names what is known by its infohash alone (a magnet link): the same scheme with the endpoint {@code urn:btih}, which no
     * origin has, the infohash's hexadecimal digits as key, and no bucket, entries and piece length.
     */
    public static ArtifactId of(InfoHash infoHash) {
        return of("urn:btih", "", infoHash.hex(), List.of(), 0);
    }

    /**
     * Names another reading of the same, after what was read before proved wrong: nothing that anybody keeps under an earlier name is
     * good for it.
     *
     * @param reading 2 for the second
     */
    public ArtifactId again(int reading) {
        MessageDigest sha256 = sha256();
        text(sha256, hex);
        number(sha256, reading);
        return new ArtifactId(HexFormat.of().formatHex(sha256.digest()));
    }

    private static void text(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).array());
        digest.update(bytes);
    }

    private static void number(MessageDigest digest, long number) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(Long.BYTES).array());
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
