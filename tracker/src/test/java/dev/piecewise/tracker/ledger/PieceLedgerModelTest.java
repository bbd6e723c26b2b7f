package dev.piecewise.tracker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Two ledgers over the same object, cut differently, against a model that knows bytes and nothing clever. */
class PieceLedgerModelTest {
    private static final long OBJECT_BYTES = 97;
    private static final long MIN_READ_BYTES = 24;
    private static final int[] PIECE_BYTES = {10, 16};

    /** One artifact and its naive twin. */
    private static final class Pair {
        final int index;
        final PieceLayout layout;
        final PieceLedger ledger;
        final Map<Integer, Long> hashedUnder = new HashMap<>();
        final Map<Integer, Long> leasedUnder = new HashMap<>();
        long origin;
        long wasted;
        long rereadBytes;
        int rereadPieces;

        Pair(int index, VersionBytes bytes) {
            this.index = index;
            this.layout = new PieceLayout(OBJECT_BYTES, PIECE_BYTES[index]);
            this.ledger =
                    new PieceLedger(new ObjectSpans(layout, List.of(OBJECT_BYTES)), List.of(bytes), MIN_READ_BYTES);
        }
    }

    private static final class ModelLease {
        final Pair pair;
        final long fence;
        final Run run;
        long read;
        long accounted;
        boolean live = true;

        ModelLease(Pair pair, long fence, Run run) {
            this.pair = pair;
            this.fence = fence;
            this.run = run;
        }

        List<Integer> open() {
            List<Integer> open = new ArrayList<>();
            pair.leasedUnder.forEach((piece, under) -> {
                if (under == fence) {
                    open.add(piece);
                }
            });
            return open;
        }

        void readTo(long bytes) {
            if (bytes > read) {
                pair.origin += bytes - read;
                pair.wasted += live ? 0 : bytes - read;
                read = bytes;
            }
        }

        void closeIfDone() {
            if (live && open().isEmpty()) {
                live = false;
                pair.wasted += read - accounted;
            }
        }
    }

    private VersionBytes shared = new VersionBytes();
    private List<Pair> pairs = List.of();
    private final List<ModelLease> leases = new ArrayList<>();
    private long fence;

    @Property(tries = 500)
    void theLedgerDoesWhatANaiveModelDoes(@ForAll @Size(max = 80) List<Integer> steps) {
        shared = new VersionBytes(); // one instance of this class serves all tries
        pairs = List.of(new Pair(0, shared), new Pair(1, shared));
        leases.clear();
        fence = 0;
        for (int step : steps) {
            int choice = Math.floorMod(step, 1 << 16);
            Pair pair = pairs.get((choice / 8) % 2);
            switch (choice % 8) {
                case 0, 1, 2 -> acquire(pair, (choice / 16) % 4 == 0);
                case 3, 4, 5 -> report(choice / 16);
                case 6 -> end(choice / 16);
                default -> lateReport(choice / 16);
            }
            pairs.forEach(this::same);
        }
        pairs.forEach(PieceLedgerModelTest::survivesBeingWrittenDown);
    }

    private boolean isByteLeased(long at) {
        return pairs.stream().anyMatch(pair -> pair.leasedUnder.keySet().stream()
                .anyMatch(piece -> pair.layout.offsetOf(piece) <= at
                        && at < pair.layout.offsetOf(piece) + pair.layout.lengthOf(piece)));
    }

    private boolean isGrantable(Pair pair, int piece, boolean reread) {
        if (pair.leasedUnder.containsKey(piece) || (pair.hashedUnder.containsKey(piece) && !reread)) {
            return false;
        }
        for (long at = pair.layout.offsetOf(piece);
                at < pair.layout.offsetOf(piece) + pair.layout.lengthOf(piece);
                at++) {
            if (isByteLeased(at)) {
                return false;
            }
        }
        return true;
    }

    private void acquire(Pair pair, boolean reread) {
        BitSet rereadable = new BitSet();
        rereadable.set(0, reread ? pair.layout.pieceCount() : 0);
        int first = 0;
        while (first < pair.layout.pieceCount() && !isGrantable(pair, first, reread)) {
            first++;
        }
        Optional<Run> run = pair.ledger.next(rereadable);
        assertThat(run.isPresent()).isEqualTo(first < pair.layout.pieceCount());
        if (run.isEmpty()) {
            return;
        }
        int count = 0;
        long bytes = 0;
        while (bytes < MIN_READ_BYTES
                && first + count < pair.layout.pieceCount()
                && isGrantable(pair, first + count, reread)) {
            bytes += pair.layout.lengthOf(first + count);
            count++;
        }
        assertThat(run.get()).isEqualTo(new Run(first, count));
        fence++;
        pair.ledger.grant(run.get(), fence, "node", "now");
        for (int piece = first; piece < first + count; piece++) {
            pair.leasedUnder.put(piece, fence);
        }
        leases.add(new ModelLease(pair, fence, run.get()));
    }

    private static PieceHash hash(Pair pair, int piece, boolean right) {
        byte[] bytes = new byte[PieceHash.BYTES];
        bytes[0] = (byte) piece;
        bytes[1] = (byte) pair.index;
        bytes[2] = (byte) (right ? 0 : 1);
        return PieceHash.of(bytes);
    }

    private void report(int choice) {
        List<ModelLease> live = leases.stream().filter(lease -> lease.live).toList();
        if (live.isEmpty()) {
            return;
        }
        ModelLease lease = live.get(choice % live.size());
        List<Integer> open = lease.open();
        int piece = open.get((choice / 8) % open.size());
        boolean reread = lease.pair.hashedUnder.containsKey(piece);
        boolean right = !reread || (choice / 64) % 3 != 0;
        int bytes = lease.pair.layout.lengthOf(piece);
        long total = lease.read + (choice / 128) % 20;

        Acceptance acceptance =
                lease.pair.ledger.report(lease.fence, ReadBytes.ofOrigin(total), piece, hash(lease.pair, piece, right));

        assertThat(acceptance).isEqualTo(right ? Acceptance.ACCEPTED : Acceptance.MISMATCH);
        lease.accounted += bytes;
        lease.readTo(Math.max(total, lease.accounted));
        lease.pair.leasedUnder.remove(piece);
        if (!right) {
            lease.pair.wasted += bytes;
        } else if (lease.pair.hashedUnder.put(piece, lease.fence) != null) {
            lease.pair.rereadPieces++;
            lease.pair.rereadBytes += bytes;
        }
        lease.closeIfDone();
    }

    private void end(int choice) {
        if (leases.isEmpty()) {
            return;
        }
        ModelLease lease = leases.get(choice % leases.size());
        long total = lease.read + (choice / 32) % 15;
        lease.pair.ledger.end(
                lease.fence, ReadBytes.ofOrigin(total), choice % 2 == 0 ? ReadOutcome.EXPIRED : ReadOutcome.RETURNED);
        lease.readTo(total);
        lease.open().forEach(lease.pair.leasedUnder::remove);
        lease.closeIfDone();
    }

    private void lateReport(int choice) {
        List<ModelLease> over = leases.stream().filter(lease -> !lease.live).toList();
        if (over.isEmpty()) {
            return;
        }
        ModelLease lease = over.get(choice % over.size());
        int piece = lease.run.firstPiece() + (choice / 8) % lease.run.pieceCount();
        boolean repeated = Long.valueOf(lease.fence).equals(lease.pair.hashedUnder.get(piece));
        long total = lease.read + choice % 9;
        assertThat(lease.pair.ledger.report(
                        lease.fence, ReadBytes.ofOrigin(total), piece, hash(lease.pair, piece, true)))
                .isEqualTo(repeated ? Acceptance.REPEATED : Acceptance.STALE);
        lease.readTo(total);
    }

    private void same(Pair pair) {
        for (int piece = 0; piece < pair.layout.pieceCount(); piece++) {
            String expected = pair.leasedUnder.containsKey(piece)
                    ? "leased"
                    : pair.hashedUnder.containsKey(piece) ? "hashed" : "unread";
            assertThat(pair.ledger.state(piece)).isEqualTo(expected);
        }
        for (long at = 0; at < OBJECT_BYTES; at++) {
            assertThat(shared.at(at) == VersionBytes.ByteState.LEASED).isEqualTo(isByteLeased(at));
        }
        assertThat(pair.ledger.hashedPieces()).isEqualTo(pair.hashedUnder.size());
        assertThat(pair.ledger.originBytes()).isEqualTo(pair.origin);
        assertThat(pair.ledger.wastedBytes()).isEqualTo(pair.wasted);
        assertThat(pair.ledger.rereadBytes()).isEqualTo(pair.rereadBytes);
        assertThat(pair.ledger.rereadPieces()).isEqualTo(pair.rereadPieces);
    }

    private static void survivesBeingWrittenDown(Pair pair) {
        PieceLedger copy = new PieceLedger(
                new ObjectSpans(pair.layout, List.of(OBJECT_BYTES)), List.of(new VersionBytes()), MIN_READ_BYTES);
        copy.restore(pair.ledger.record());
        assertThat(copy.record()).isEqualTo(pair.ledger.record());
        assertThat(copy.hashedPieces()).isEqualTo(pair.ledger.hashedPieces());
        assertThat(copy.liveLeases()).isEqualTo(pair.ledger.liveLeases());
    }
}
