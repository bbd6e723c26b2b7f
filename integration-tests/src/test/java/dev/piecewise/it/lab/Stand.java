package dev.piecewise.it.lab;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Ledger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;

/**
 * How the only artifact of a tracker stands when S3 has stopped in the middle of it.
 *
 * @param sentBytes by S3's own count
 * @param pieceBytes its piece length
 * @param ledger what the tracker knows
 */
public record Stand(long sentBytes, int pieceBytes, Ledger ledger) {
    /** What may lie in S3's buffers for one connection, or is sent into one before it is known to be dead. */
    public static final long BUFFERED = 256 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int STEADY = 10;

    /**
     * Waits until nothing moves any more: S3 was told to stop after so many bytes and did, the tracker has heard of them but for what is
     * buffered, and so many live nodes hold each piece that was read. Its heartbeats should be frequent.
     */
    public static Stand await(LocalS3 s3, TrackerClient client, long pausedAfter, int holders) throws Exception {
        Await.until(
                "S3 stops in the middle",
                PATIENCE,
                () -> s3.objectBytesSent() >= pausedAfter
                        && !client.artifacts().artifacts().isEmpty());
        ArtifactStatus status = client.artifacts().artifacts().get(0);
        ArtifactId id = new ArtifactId(status.id());
        List<Stand> steady = new ArrayList<>();
        Await.until("every piece that was read has " + holders + " holders", PATIENCE, () -> {
            Stand now = new Stand(s3.objectBytesSent(), status.pieceBytes(), client.ledger(id));
            if (!now.isSpread(holders) || !steady.stream().allMatch(now::isAs)) {
                steady.clear();
            }
            steady.add(now);
            return now.isSpread(holders) && steady.size() >= STEADY;
        });
        Assertions.assertThat(client.artifact(id).state()).isEqualTo(ArtifactState.READING);
        return steady.get(0);
    }

    private boolean isSpread(int holders) {
        Set<Integer> spread = pieces(piece -> piece.holders() == holders);
        int connections = Math.max(1, fences("live").size() + fences("expired").size());
        return !spread.isEmpty()
                && spread.equals(hashed())
                && sentBytes - ledger.originBytes() <= BUFFERED * connections;
    }

    private boolean isAs(Stand other) {
        return sentBytes == other.sentBytes && hashed().equals(other.hashed());
    }

    private Set<Integer> pieces(Predicate<Ledger.Piece> which) {
        return ledger.pieces().stream().filter(which).map(Ledger.Piece::piece).collect(Collectors.toSet());
    }

    /** The pieces that were read, but for those that are read again just now. */
    public Set<Integer> hashed() {
        return pieces(piece -> piece.state().equals("hashed"));
    }

    /** Sent by S3, of pieces that nobody has reported. */
    public long inFlightBytes() {
        long hashedBytes = hashed().stream()
                .mapToLong(piece -> Math.min(pieceBytes, ledger.totalBytes() - (long) piece * pieceBytes))
                .sum();
        return sentBytes - hashedBytes;
    }

    /** Leases under which reads came to this end. */
    public Set<Long> fences(String outcome) {
        return ledger.pieces().stream()
                .flatMap(piece -> piece.reads().stream())
                .filter(read -> read.outcome().equals(outcome))
                .map(Ledger.Read::fence)
                .collect(Collectors.toSet());
    }
}
