package dev.piecewise.tracker.artifact;

import dev.piecewise.core.checksum.Crc;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The checksums that the origin keeps of an artifact's objects, to be compared with what was read before the torrent is published. Some
 * are still to be asked for. Guarded by the scheduler's lock.
 */
final class ObjectChecksums {
    private static final int MAX_FAILURES = 3;

    private final ResolvedArtifact resolved;
    private final Map<String, StoredChecksum> kept;
    private long unanswered; // of those
    private int asked; // objects, from the first on
    private long turn;
    private int failures; // since the last answer

    ObjectChecksums(ResolvedArtifact resolved) {
        this.resolved = resolved;
        this.kept = new HashMap<>(resolved.checksums());
        this.unanswered = kept.values().stream()
                .filter(checksum -> checksum.value() == null)
                .count();
    }

    /** What is to be computed of an object's bytes, if anything. */
    @Nullable
    Crc algorithm(int object) {
        return of(resolved.objects().get(object)).map(StoredChecksum::algorithm).orElse(null);
    }

    /** What the origin keeps of an object, as far as that is known. */
    Optional<StoredChecksum> of(OriginObject object) {
        return kept.isEmpty() ? Optional.empty() : Optional.ofNullable(kept.get(object.key()));
    }

    /** How many objects have one. */
    int count() {
        return kept.size();
    }

    /** Whether some are still to be learnt. */
    boolean isAwaited() {
        return unanswered > 0;
    }

    /** Whether there is an object whose checksum was not asked for and is to be. */
    boolean isSomeToAsk() {
        while (unanswered > 0 && asked < resolved.objects().size()) {
            if (isUnanswered(of(resolved.objects().get(asked)))) {
                return true;
            }
            asked++;
        }
        return false;
    }

    /**
     * The next one, if {@link #isSomeToAsk}; each once.
     *
     * @param now the number of this turn, larger than all before
     */
    int nextToAsk(long now) {
        turn = now;
        return asked++;
    }

    /** That of the last {@link #nextToAsk}. */
    long turn() {
        return turn;
    }

    /** The origin answered, whatever it was. */
    void answered() {
        failures = 0;
    }

    /** The origin did not. Whether that was so for several objects in a row, so that the rest, if any, is better not asked for. */
    boolean failed() {
        failures++;
        return failures >= MAX_FAILURES && isSomeToAsk();
    }

    /** Those that were not asked for are not, and not compared. The first object of which that is true. */
    int giveUp() {
        int from = asked;
        giveUp(from);
        return from;
    }

    /** As {@link #giveUp()} did in an earlier run. */
    void giveUp(int from) {
        for (int object = from; object < resolved.objects().size(); object++) {
            learn(object, null);
        }
    }

    private static boolean isUnanswered(Optional<StoredChecksum> checksum) {
        return checksum.isPresent() && checksum.get().value() == null;
    }

    /**
     * The origin was asked.
     *
     * @param text as {@link Crc#parse}; {@code null}: it has none after all
     */
    void learn(int object, @Nullable String text) {
        OriginObject of = resolved.objects().get(object);
        Optional<StoredChecksum> before = of(of);
        if (isUnanswered(before)) {
            unanswered--;
            Crc algorithm = before.get().algorithm();
            if (text == null) {
                kept.remove(of.key());
            } else {
                kept.put(of.key(), new StoredChecksum(algorithm, algorithm.parse(text)));
            }
        }
    }

    /**
     * How many of these can be compared: those of which the origin's value is known, too.
     *
     * @param read by object, {@code null} where it was not computed
     */
    long comparable(List<@Nullable Long> read) {
        return IntStream.range(0, read.size())
                .filter(object -> read.get(object) != null
                        && of(resolved.objects().get(object))
                                .flatMap(StoredChecksum::text)
                                .isPresent())
                .count();
    }

    /** What is to be said of the first object that was read otherwise than the origin keeps it. */
    Optional<String> contradiction(List<@Nullable Long> read) {
        for (int i = 0; i < read.size(); i++) {
            OriginObject object = resolved.objects().get(i);
            StoredChecksum checksum = of(object).orElse(null);
            Long computed = read.get(i);
            if (checksum != null
                    && checksum.value() != null
                    && computed != null
                    && !computed.equals(checksum.value())) {
                return Optional.of(contradiction(object, checksum, computed));
            }
        }
        return Optional.empty();
    }

    private String contradiction(OriginObject object, StoredChecksum checksum, long computed) {
        Crc crc = checksum.algorithm();
        return resolved.uri().scheme() + "://" + resolved.uri().bucket() + "/" + object.key()
                + ": what was read has the "
                + crc + " checksum " + crc.text(computed) + ", but the origin keeps "
                + checksum.text().orElse("another")
                + " of that object; nothing was published. Ask again to have it read anew; if that ends the same way, the stored"
                + " object is damaged: store it anew";
    }
}
