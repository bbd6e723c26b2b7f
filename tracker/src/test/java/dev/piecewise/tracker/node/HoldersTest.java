package dev.piecewise.tracker.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HoldersTest {
    private static BitSet bits(int... set) {
        BitSet bits = new BitSet();
        for (int bit : set) {
            bits.set(bit);
        }
        return bits;
    }

    @Test
    void aWholeThatWasCollectedBeforeAReportDoesNotUndoTheReport() {
        Holders holders = new Holders(3);
        holders.reported("a", 1);
        holders.replace("a", bits(0));
        assertThat(holders.heldByNobody()).isEqualTo(bits(2));
        holders.drop("a", 1);
        holders.replace("a", bits(0));
        assertThat(holders.heldByNobody()).isEqualTo(bits(1, 2));
    }

    @Test
    void onlyNodesThatCountAndLackAPieceMissIt() {
        Holders holders = new Holders(2);
        holders.replace("whole", bits(0, 1));
        holders.replace("part", bits(0));
        assertThat(holders.complete()).isEqualTo(1);
        assertThat(holders.nodes()).isEqualTo(2);
        assertThat(holders.isMissedBy(node -> true)).isTrue();
        assertThat(holders.isMissedBy(node -> node.equals("whole"))).isFalse();
    }

    @Property(tries = 200)
    void countsAreWhatCountingGives(@ForAll List<Integer> steps) {
        Holders holders = new Holders(5);
        boolean[][] held = new boolean[3][5];
        for (int step : steps) {
            int choice = Math.floorMod(step, 1 << 12);
            int node = choice % 3;
            int piece = (choice / 3) % 5;
            switch ((choice / 15) % 3) {
                case 0 -> {
                    holders.add("n" + node, piece);
                    held[node][piece] = true;
                }
                case 1 -> {
                    holders.drop("n" + node, piece);
                    held[node][piece] = false;
                }
                default -> {
                    holders.forget("n" + node);
                    held[node] = new boolean[5];
                }
            }
            for (int at = 0; at < 5; at++) {
                int expected = (held[0][at] ? 1 : 0) + (held[1][at] ? 1 : 0) + (held[2][at] ? 1 : 0);
                assertThat(holders.holdersOf(at)).isEqualTo(expected);
                assertThat(holders.heldByNobody().get(at)).isEqualTo(expected == 0);
            }
        }
    }
}
