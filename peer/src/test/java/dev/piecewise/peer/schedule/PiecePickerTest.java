package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import java.util.BitSet;
import java.util.HashSet;
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

    private static PiecePicker picker(long seed) {
        return new PiecePicker(LAYOUT, new BitSet(), new Random(seed));
    }

    private static BitSet all() {
        BitSet all = new BitSet();
        all.set(0, PIECES);
        return all;
    }
}
