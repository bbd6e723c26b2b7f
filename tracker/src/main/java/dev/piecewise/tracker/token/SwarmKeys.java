package dev.piecewise.tracker.token;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * KEY of {@code /k/KEY/announce}: lets a stock client, which can send no token, into one swarm. It is the first half of
 * HMAC-SHA256(tracker's secret, infohash) and stands in every torrent served while tokens are in force. And what else is derived
 * from the secret.
 */
public final class SwarmKeys {
    private static final int KEY_BYTES = 16;
    /** No infohash and no artifact id is as long as this and what follows it. */
    private static final byte[] LEASE = "lease".getBytes(StandardCharsets.US_ASCII);

    private final SecretKeySpec secret;

    public SwarmKeys(byte[] secret) {
        this.secret = new SecretKeySpec(secret, "HmacSHA256");
    }

    /** The key of one swarm, 32 hexadecimal digits; never log it. */
    public String keyOf(InfoHash infoHash) {
        return HexFormat.of().formatHex(authenticated(infoHash.bytes(), KEY_BYTES));
    }

    /**
     * The id of the swarm in which nodes exchange an artifact's pieces before its infohash is known: HMAC-SHA256(tracker's
     * secret, artifact id), cut to the 20 bytes of an infohash. Nobody can guess it.
     */
    public InfoHash provisionalId(ArtifactId artifact) {
        return InfoHash.of(authenticated(HexFormat.of().parseHex(artifact.hex()), InfoHash.BYTES));
    }

    /** What makes the name of a lease one that only this tracker can give: 32 hexadecimal digits; never log it. */
    public String sealOf(ArtifactId artifact, long fence) {
        byte[] id = HexFormat.of().parseHex(artifact.hex());
        byte[] message = ByteBuffer.allocate(LEASE.length + Long.BYTES + id.length)
                .put(LEASE)
                .putLong(fence)
                .put(id)
                .array();
        return HexFormat.of().formatHex(authenticated(message, KEY_BYTES));
    }

    /** Whether it is that; takes the same time either way. */
    public boolean isSeal(String seal, ArtifactId artifact, long fence) {
        return areEqual(seal, sealOf(artifact, fence));
    }

    private byte[] authenticated(byte[] message, int bytes) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(secret);
            return Arrays.copyOf(mac.doFinal(message), bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** Whether a presented key opens this swarm; takes the same time either way. */
    public boolean opens(String key, InfoHash infoHash) {
        return areEqual(key, keyOf(infoHash));
    }

    private static boolean areEqual(String presented, String right) {
        return MessageDigest.isEqual(
                presented.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }
}
