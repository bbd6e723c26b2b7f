package dev.piecewise.tracker.token;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
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
        return MessageDigest.isEqual(
                key.getBytes(StandardCharsets.UTF_8), keyOf(infoHash).getBytes(StandardCharsets.UTF_8));
    }
}
