package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SuperSeedingTest {
    private static final int PIECE_BYTES = 1 << 20;
    private static final int PIECES = 4;

    private final List<FakeTaker> takers = new ArrayList<>();
    private long now = 1_000_000_000;
    private final SuperSeeding seeding = new SuperSeeding(
            new PieceLayout((long) PIECES * PIECE_BYTES, PIECE_BYTES), this::copies, () -> now, new Random(1));

    private final class FakeTaker implements SuperSeeding.Taker {
        private final BitSet has = new BitSet();
        private final List<Integer> suggested = new ArrayList<>();

        FakeTaker() {
            takers.add(this);
            seeding.joined(this);
        }

        @Override
        public boolean has(int piece) {
            return has.get(piece);
        }

        @Override
        public void suggest(int piece) {
            suggested.add(piece);
        }

        int last() {
            return suggested.get(suggested.size() - 1);
        }

        void receives(int piece) {
            has.set(piece);
            seeding.has(this, piece);
        }

        /** Follows the suggestion. */
        int begins() {
            int piece = last();
            assertThat(seeding.admits(this, piece)).isTrue();
            return piece;
        }
    }

    private int copies(int piece) {
        return (int) takers.stream().filter(taker -> taker.has(piece)).count();
    }

    @Test
    void everyTakerIsSuggestedAnotherPiece() {
        FakeTaker one = new FakeTaker();
        FakeTaker two = new FakeTaker();
        one.begins();
        two.begins();
        List<Integer> all = new ArrayList<>(one.suggested);
        all.addAll(two.suggested);
        assertThat(all).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void aPieceThatAnotherBringsIsRefusedWhileOthersNeverLeft() {
        FakeTaker one = new FakeTaker();
        FakeTaker two = new FakeTaker();
        int piece = one.begins();
        assertThat(seeding.admits(one, piece)).as("its next block").isTrue();
        assertThat(seeding.admits(two, piece)).isFalse();
        one.receives(piece);
        assertThat(seeding.admits(two, piece)).as("one has it now").isFalse();
    }

    @Test
    void whatNobodyWasToldAnyoneMayHave() {
        FakeTaker one = new FakeTaker();
        FakeTaker two = new FakeTaker();
        int untold = java.util.stream.IntStream.range(0, PIECES)
                .filter(piece -> piece != one.last() && piece != two.last())
                .findFirst()
                .orElseThrow();
        assertThat(seeding.admits(two, untold)).isTrue();
        assertThat(seeding.admits(one, two.last())).as("kept for the other").isFalse();
    }

    @Test
    void whenEveryPieceLeftOnceTheyLeaveAgainTheRarestFirst() {
        FakeTaker one = new FakeTaker();
        FakeTaker two = new FakeTaker();
        for (int i = 0; i < PIECES / 2; i++) {
            for (FakeTaker taker : List.of(one, two)) {
                taker.receives(taker.begins());
            }
        }
        assertThat(one.has.cardinality() + two.has.cardinality()).isEqualTo(PIECES);
        FakeTaker three = new FakeTaker();
        assertThat(three.suggested).hasSize(1);
        assertThat(seeding.admits(three, one.has.nextSetBit(0))).isTrue();
        assertThat(seeding.admits(two, one.has.nextSetBit(0))).isTrue();
    }

    @Test
    void whatALostTakerWasBringingIsSuggestedToAnother() {
        FakeTaker lost = new FakeTaker();
        int piece = lost.begins();
        takers.remove(lost);
        seeding.left(lost);
        FakeTaker other = new FakeTaker();
        for (int i = 0; i < PIECES; i++) {
            other.receives(other.begins());
        }
        assertThat(other.suggested).contains(piece).hasSize(PIECES);
    }

    @Test
    void aTakerThatIsLateKeepsAPieceFromOthersNoLonger() {
        FakeTaker slow = new FakeTaker();
        FakeTaker other = new FakeTaker();
        int piece = slow.begins();
        assertThat(seeding.admits(other, piece)).isFalse();
        now += Duration.ofSeconds(20).toNanos();
        seeding.tick();
        assertThat(seeding.admits(other, piece)).isTrue();
    }

    /** A node with a slow link holds up the end of a small file for half a second, not for two. */
    @Test
    void wherePiecesTakeNoTimeALateOneIsSomebodyElsesAfterHalfASecond() {
        SuperSeeding quick = new SuperSeeding(
                new PieceLayout(100L * PIECE_BYTES, PIECE_BYTES), this::copies, () -> now, new Random(1));
        FakeTaker slow = new FakeTaker();
        FakeTaker other = new FakeTaker();
        for (FakeTaker taker : List.of(slow, other)) {
            taker.suggested.clear();
            quick.joined(taker);
        }
        int late = begins(quick, slow);
        for (int i = 0; i < 50; i++) {
            receives(quick, other, begins(quick, other));
        }
        now += Duration.ofMillis(400).toNanos();
        quick.tick();
        assertThat(quick.admits(other, late)).isFalse();
        now += Duration.ofMillis(200).toNanos();
        quick.tick();
        assertThat(quick.admits(other, late)).isTrue();
    }

    @Test
    void anIdleTakerIsGivenWhatABusyOneWasToldAndDidNotBegin() {
        FakeTaker busy = new FakeTaker();
        int first = busy.begins();
        int waiting = busy.last();
        FakeTaker idle = new FakeTaker();
        idle.receives(idle.begins());
        idle.receives(idle.begins());
        assertThat(waiting).isNotEqualTo(first);
        assertThat(idle.last()).isEqualTo(waiting);
        idle.begins();
        assertThat(seeding.admits(busy, waiting)).isFalse();
    }

    @Test
    void aTakerThatIgnoresItsSuggestionDoesNotKeepIt() {
        FakeTaker ignoring = new FakeTaker();
        int piece = ignoring.last();
        now += Duration.ofSeconds(3).toNanos();
        seeding.tick();
        FakeTaker other = new FakeTaker();
        for (int i = 0; i < PIECES - 1; i++) {
            other.receives(other.begins());
        }
        assertThat(other.suggested).contains(piece);
    }

    @Test
    void whileOthersBringPiecesTooEverybodyPassesOnWhatAllHave() {
        SuperSeeding bringing = new SuperSeeding(
                new PieceLayout((long) PIECES * PIECE_BYTES, PIECE_BYTES),
                new BitSet(),
                this::copies,
                () -> true,
                () -> now,
                new Random(1));
        FakeTaker one = new FakeTaker();
        FakeTaker two = new FakeTaker();
        FakeTaker source = new FakeTaker();
        one.suggested.clear();
        two.suggested.clear();
        bringing.joined(one);
        bringing.joined(two);
        bringing.offer(0);
        FakeTaker first = one.suggested.isEmpty() ? two : one;
        FakeTaker second = first == one ? two : one;
        assertThat(bringing.admits(first, 0)).isTrue();
        assertThat(bringing.admits(second, 0)).as("a first copy has one taker").isFalse();
        source.has.set(1);
        bringing.has(source, 1);
        bringing.offer(1);
        assertThat(bringing.admits(second, 1)).as("what a peer brought").isTrue();
    }

    @Test
    void whatComesFromElsewhereLeavesAtOnceToWhoHasLeastToDoAndTwiceOnlyWhenNothingElseDoes() {
        SuperSeeding bringing = new SuperSeeding(
                new PieceLayout((long) PIECES * PIECE_BYTES, PIECE_BYTES),
                new BitSet(),
                this::copies,
                () -> false,
                () -> now,
                new Random(1));
        FakeTaker one = new FakeTaker();
        FakeTaker two = new FakeTaker();
        one.suggested.clear();
        two.suggested.clear();
        bringing.joined(one);
        bringing.joined(two);
        assertThat(bringing.admits(one, 2)).as("a piece that is not there").isFalse();
        bringing.offer(2);
        FakeTaker first = one.suggested.isEmpty() ? two : one;
        FakeTaker second = first == one ? two : one;
        assertThat(first.suggested).containsExactly(2);
        assertThat(bringing.admits(first, 2)).isTrue();
        bringing.offer(0);
        assertThat(second.suggested).containsExactly(0);
        assertThat(bringing.admits(second, 2)).as("another one brings it").isFalse();
        assertThat(bringing.admits(second, 0)).isTrue();
        first.has.set(2);
        bringing.has(first, 2);
        assertThat(bringing.admits(second, 2)).as("a first copy is on its way").isFalse();
        second.has.set(0);
        bringing.has(second, 0);
        assertThat(bringing.admits(second, 2)).isTrue();
    }

    @Test
    void beforeEachPieceIsGivenNoneLeavesTwiceAndThenOnlyWhileFewFirstCopiesAreOnTheirWay() {
        int pieces = 12;
        SuperSeeding whole = new SuperSeeding(
                new PieceLayout((long) pieces * PIECE_BYTES, PIECE_BYTES), this::copies, () -> now, new Random(1));
        List<FakeTaker> eight = Stream.generate(FakeTaker::new).limit(8).toList();
        for (FakeTaker taker : eight) {
            taker.suggested.clear();
            whole.joined(taker);
        }
        FakeTaker last = eight.get(7);
        List<Integer> left = new ArrayList<>();
        for (FakeTaker taker : eight.subList(0, 4)) {
            assertThat(left)
                    .as("some were suggested to nobody")
                    .allSatisfy(piece -> assertThat(whole.admits(last, piece)).isFalse());
            left.add(begins(whole, taker));
            receives(whole, taker, left.get(left.size() - 1));
        }
        assertThat(eight.stream().flatMap(taker -> taker.suggested.stream()))
                .as("four are there and eight were suggested")
                .hasSize(pieces)
                .doesNotHaveDuplicates();
        assertThat(whole.admits(last, left.get(0))).as("a suggested one counts").isTrue();
        List<Integer> coming = new ArrayList<>();
        for (FakeTaker taker : eight.subList(4, 7)) {
            assertThat(whole.admits(last, left.get(1)))
                    .as("%s first copies are coming", coming.size())
                    .isTrue();
            coming.add(begins(whole, taker));
        }
        assertThat(whole.admits(last, left.get(1)))
                .as("more than one for four that take")
                .isFalse();
        receives(whole, eight.get(4), coming.get(0));
        assertThat(whole.admits(last, left.get(1))).isTrue();
        assertThat(whole.admits(last, coming.get(1)))
                .as("a first copy has one taker")
                .isFalse();
    }

    private static int begins(SuperSeeding of, FakeTaker taker) {
        int piece = taker.last();
        assertThat(of.admits(taker, piece)).isTrue();
        return piece;
    }

    private static void receives(SuperSeeding of, FakeTaker taker, int piece) {
        taker.has.set(piece);
        of.has(taker, piece);
    }
}
