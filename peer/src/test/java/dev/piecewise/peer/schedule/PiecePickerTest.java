package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PiecePickerTest {
    private static final int PIECES = 40;
    private static final PieceLayout LAYOUT =
            new PieceLayout((long) PIECES * PieceLength.BLOCK_BYTES, PieceLength.BLOCK_BYTES);

    @Test
    void thePieceThatTheFewestPeersHaveComesFirstWhereverTheSearchStarts() {
        for (int seed = 0; seed < 100; seed++) {
            PiecePicker picker = picker(seed);
            for (int piece = 0; piece < PIECES; piece++) {
                int copies = piece == 17 ? 1 : 2 + piece % 3;
                for (int copy = 0; copy < copies; copy++) {
                    picker.copyAdded(piece);
                }
            }
            assertThat(picker.rarest(all())).isEqualTo(17);
        }
    }

    @Test
    void onlyCandidatesAreChosen() {
        PiecePicker picker = picker(1);
        picker.copyAdded(5);
        BitSet candidates = new BitSet();
        candidates.set(5);
        assertThat(picker.rarest(candidates)).isEqualTo(5);
    }

    @Test
    void equalsAreBrokenAtRandomSoThatNodesStartWithDifferentPieces() {
        Set<Integer> chosen = new HashSet<>();
        for (int seed = 0; seed < 400; seed++) {
            chosen.add(picker(seed).rarest(all()));
        }
        assertThat(chosen).hasSizeGreaterThan(PIECES / 2);
    }

    @Test
    void whatAnEarlierRunLeftIsFinishedFirstAndOnlyWhatItLacksIsAskedFor() {
        PieceLayout layout = new PieceLayout(10L * 4 * PieceLength.BLOCK_BYTES, 4 * PieceLength.BLOCK_BYTES);
        PiecePicker picker = new PiecePicker(layout, new BitSet(), new Random(1));
        picker.resume(Map.of(7, units(0, 1, 3)));
        BlockRequest request = Objects.requireNonNull(picker.pick(seed(layout), 0));
        assertThat(request.piece().index()).isEqualTo(7);
        assertThat(request.firstUnit()).isEqualTo(2);
        assertThat(request.units()).isEqualTo(1);
        assertThat(request.piece().isResumed()).isTrue();
        assertThat(request.piece().newlyArrived()).isEqualTo(new BitSet());
        assertThat(request.piece().arrivedInOrder()).isEqualTo(2 * PieceLength.BLOCK_BYTES);
    }

    @Test
    void ofAPieceThatAnEarlierRunLeftWholeTheLastUnitIsAskedForSoThatItEnds() {
        PieceLayout layout = new PieceLayout(4L * PieceLength.BLOCK_BYTES - 5, 4 * PieceLength.BLOCK_BYTES);
        PiecePicker picker = new PiecePicker(layout, new BitSet(), new Random(1));
        picker.resume(Map.of(0, units(0, 1, 2, 3)));
        BlockRequest request = Objects.requireNonNull(picker.pick(seed(layout), 0));
        assertThat(request.offset()).isEqualTo(3 * PieceLength.BLOCK_BYTES);
        assertThat(request.piece().hasArrived()).isFalse();
    }

    private static PeerState seed(PieceLayout layout) {
        PeerState.Voice silent = new PeerState.Voice() {
            @Override
            public void request(BlockRequest request) {}

            @Override
            public void cancel(BlockRequest request) {}

            @Override
            public void interested(boolean wanted) {}
        };
        PeerState peer = new PeerState(silent, 0);
        peer.accepts(250, 4);
        peer.has().set(0, layout.pieceCount());
        return peer;
    }

    private static BitSet units(int... units) {
        BitSet set = new BitSet();
        Arrays.stream(units).forEach(set::set);
        return set;
    }

    private static PiecePicker picker(long seed) {
        return new PiecePicker(LAYOUT, new BitSet(), new Random(seed));
    }

    private static BitSet all() {
        BitSet all = new BitSet();
        all.set(0, PIECES);
        return all;
    }
}
