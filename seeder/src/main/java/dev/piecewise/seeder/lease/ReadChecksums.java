package dev.piecewise.seeder.lease;

import dev.piecewise.core.SignedRead;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.trackerclient.api.LeaseGrant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * The checksums of a lease's bytes, cut where its reads end, which is where objects do, and where its pieces end. All its bytes go
 * through here in order, whatever they came from.
 */
final class ReadChecksums {
    private final List<SignedRead> reads;
    private final @Nullable List<@Nullable String> algorithms;
    private List<@Nullable String> done = new ArrayList<>();
    private int read = -1;
    private long left; // bytes of that read
    private boolean begun; // whether the piece has some of them
    private @Nullable Checksum running; // of those

    /** @param algorithms as {@link LeaseGrant#checksums}; one that is not known here is not computed */
    ReadChecksums(List<SignedRead> reads, @Nullable List<@Nullable String> algorithms) {
        this.reads = reads;
        this.algorithms = algorithms;
    }

    /** The next bytes: the first {@code count} of the buffer. */
    void update(byte[] buffer, int count) {
        if (algorithms == null) {
            return;
        }
        for (int from = 0; from < count; ) {
            if (left == 0) {
                next(algorithms);
            }
            int here = (int) Math.min(left, count - from);
            if (running != null) {
                running.update(buffer, from, here);
            }
            begun = true;
            from += here;
            left -= here;
            if (left == 0) {
                end();
            }
        }
    }

    private void next(List<@Nullable String> of) {
        read++;
        left = reads.get(read).lastByte() - reads.get(read).firstByte() + 1;
        running = Optional.ofNullable(read < of.size() ? of.get(read) : null)
                .flatMap(Crc::named)
                .map(Crc::start)
                .orElse(null);
    }

    private void end() {
        done.add(running == null ? null : Long.toHexString(running.getValue()));
        if (running != null) {
            running.reset();
        }
        begun = false;
    }

    /** Those of the piece that ended, as {@code PieceReport} has them. */
    @Nullable
    List<@Nullable String> ofPiece() {
        if (algorithms == null) {
            return null;
        }
        if (begun) {
            end();
        }
        List<@Nullable String> piece = done;
        done = new ArrayList<>();
        return piece;
    }
}
