package dev.piecewise.tracker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Ledgers of prefixes and of an object that have objects in common, beside a model that knows each byte by object and offset.
 */
class SharedObjectsTest {
    private static final long MIN_READ_BYTES = 12;
    private static final BitSet NONE_AGAIN = new BitSet();

    private record At(int object, long offset) {}

    private record Grant(long fence, Cut cut, Set<Integer> open) {}

    /** An artifact: some of the objects, cut in pieces of one length. */
    private static final class Cut {
        final List<At> bytes = new ArrayList<>();
        final PieceLayout layout;
        final List<Long> sizes;
        final ObjectSpans spans;
        final PieceLedger ledger;
        final List<Integer> objects;
        final BitSet hashed = new BitSet();

        Cut(List<Integer> objects, List<Integer> allSizes, List<VersionBytes> versions, int pieceBytes) {
            this.objects = objects;
            sizes = objects.stream().map(object -> (long) allSizes.get(object)).toList();
            for (int object : objects) {
                for (int offset = 0; offset < allSizes.get(object); offset++) {
                    bytes.add(new At(object, offset));
                }
            }
            layout = new PieceLayout(bytes.size(), pieceBytes);
            spans = new ObjectSpans(layout, sizes);
            ledger = new PieceLedger(spans, objects.stream().map(versions::get).toList(), MIN_READ_BYTES);
        }

        List<At> of(int firstPiece, int count) {
            int piece = layout.pieceBytes();
            return bytes.subList(firstPiece * piece, Math.min(bytes.size(), (firstPiece + count) * piece));
        }
    }

    private List<Cut> cuts = List.of();
    private final List<Grant> live = new ArrayList<>();
    private final Set<At> leased = new HashSet<>();
    private long fence;

    @Property(tries = 400)
    void noByteIsUnderTwoLeasesAndEachIsReadOnce(
            @ForAll @Size(min = 1, max = 7) List<@IntRange(max = 30) Integer> sizes,
            @ForAll @IntRange(min = 1, max = 20) int wholePieces,
            @ForAll @IntRange(min = 1, max = 20) int otherPieces,
            @ForAll @Size(max = 60) List<@IntRange(max = 1 << 16) Integer> steps) {
        List<VersionBytes> versions =
                sizes.stream().map(size -> new VersionBytes()).toList();
        List<Integer> all = IntStream.range(0, sizes.size()).boxed().toList();
        cuts = List.of(
                new Cut(all, sizes, versions, wholePieces),
                new Cut(all.subList(sizes.size() / 2, sizes.size()), sizes, versions, otherPieces),
                new Cut(List.of(sizes.size() / 2), sizes, versions, 7));
        live.clear();
        leased.clear();
        fence = 0;
        for (int step : steps) {
            switch (step % 4) {
                case 0, 1 -> acquire(cuts.get((step / 4) % cuts.size()));
                case 2 -> report(step / 4);
                default -> giveBack(step / 4);
            }
            for (int object : all) {
                for (int offset = 0; offset < sizes.get(object); offset++) {
                    assertThat(versions.get(object).at(offset) == VersionBytes.ByteState.LEASED)
                            .isEqualTo(leased.contains(new At(object, offset)));
                }
            }
        }
        finish();
        for (Cut cut : cuts) {
            assertThat(cut.ledger.hashedPieces()).isEqualTo(cut.layout.pieceCount());
            assertThat(cut.ledger.originBytes()).isEqualTo(cut.bytes.size());
            assertThat(cut.ledger.wastedBytes()).isZero();
        }
        assertThat(leased).isEmpty();
    }

    private boolean isGrantable(Cut cut, int piece) {
        return piece < cut.layout.pieceCount()
                && !cut.hashed.get(piece)
                && cut.of(piece, 1).stream().noneMatch(leased::contains);
    }

    private boolean acquire(Cut cut) {
        int first = IntStream.range(0, cut.layout.pieceCount())
                .filter(piece -> isGrantable(cut, piece))
                .findFirst()
                .orElse(-1);
        Optional<Run> next = cut.ledger.next(NONE_AGAIN);
        assertThat(next.map(Run::firstPiece).orElse(-1)).isEqualTo(first);
        if (next.isEmpty()) {
            return false;
        }
        Run run = next.get();
        Set<Integer> pieces = new HashSet<>();
        for (int piece = first; piece < run.endExclusive(); piece++) {
            assertThat(isGrantable(cut, piece)).isTrue();
            pieces.add(piece);
        }
        checkReads(cut, run);
        leased.addAll(cut.of(first, run.pieceCount()));
        fence++;
        cut.ledger.grant(run, fence, "node", "now");
        live.add(new Grant(fence, cut, pieces));
        return true;
    }

    /** The reads are the run's bytes, one per object, none too short where a longer one was possible. */
    private void checkReads(Cut cut, Run run) {
        List<At> read = new ArrayList<>();
        Set<Integer> objects = new HashSet<>();
        List<Span> spans = cut.spans.of(run.firstPiece(), run.pieceCount());
        for (Span span : spans) {
            assertThat(objects.add(span.object())).isTrue();
            for (long offset = span.first(); offset < span.endExclusive(); offset++) {
                read.add(new At(cut.objects.get(span.object()), offset));
            }
        }
        assertThat(read).isEqualTo(cut.of(run.firstPiece(), run.pieceCount()));
        Span last = spans.get(spans.size() - 1);
        if (isGrantable(cut, run.endExclusive()) && read.size() < 2 * MIN_READ_BYTES) {
            assertThat(read).hasSizeGreaterThanOrEqualTo((int) MIN_READ_BYTES);
            assertThat(last.endExclusive() == cut.sizes.get(last.object())
                            || last.endExclusive() - last.first() >= MIN_READ_BYTES)
                    .isTrue();
        }
    }

    private void report(int choice) {
        if (live.isEmpty()) {
            return;
        }
        Grant grant = live.get(choice % live.size());
        int piece = List.copyOf(grant.open()).get(choice % grant.open().size());
        byte[] hash = new byte[PieceHash.BYTES];
        hash[0] = (byte) piece;
        assertThat(grant.cut().ledger.report(grant.fence(), ReadBytes.NONE, piece, PieceHash.of(hash)))
                .isEqualTo(Acceptance.ACCEPTED);
        grant.cut().hashed.set(piece);
        leased.removeAll(new HashSet<>(grant.cut().of(piece, 1)));
        grant.open().remove(piece);
        if (grant.open().isEmpty()) {
            live.remove(grant);
        }
    }

    private void giveBack(int choice) {
        if (live.isEmpty()) {
            return;
        }
        Grant grant = live.remove(choice % live.size());
        grant.cut().ledger.end(grant.fence(), ReadBytes.NONE, ReadOutcome.RETURNED);
        grant.open().forEach(piece -> leased.removeAll(new HashSet<>(grant.cut().of(piece, 1))));
    }

    private void finish() {
        boolean granted;
        do {
            while (!live.isEmpty()) {
                report(0);
            }
            granted = false;
            for (Cut cut : cuts) {
                granted |= acquire(cut);
            }
        } while (granted);
    }

    @Example
    void aLeaseOverManyTinyObjectsHasAFewDozenReads() {
        int count = 1500;
        List<Integer> sizes = IntStream.range(0, count).mapToObj(i -> 1).toList();
        List<VersionBytes> versions =
                sizes.stream().map(size -> new VersionBytes()).toList();
        PieceLayout layout = new PieceLayout(count, 16);
        ObjectSpans spans =
                new ObjectSpans(layout, sizes.stream().map(Integer::longValue).toList());
        PieceLedger ledger = new PieceLedger(spans, versions, 1 << 20);
        Set<Integer> read = new HashSet<>();
        Optional<Run> run = ledger.next(NONE_AGAIN);
        while (run.isPresent()) {
            List<Span> reads = spans.of(run.get().firstPiece(), run.get().pieceCount());
            assertThat(reads).hasSizeLessThanOrEqualTo(64);
            reads.forEach(span -> assertThat(read.add(span.object())).isTrue());
            ledger.grant(run.get(), ++fence, "node", "now");
            run = ledger.next(NONE_AGAIN);
        }
        assertThat(read).hasSize(count);
    }
}
