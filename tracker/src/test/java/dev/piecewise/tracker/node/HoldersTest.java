package dev.piecewise.tracker.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    @Test
    void thoseThatLackAPieceAreChosenFromBeforeTheyAreCounted() {
        Holders holders = new Holders(2);
        holders.replace("whole", bits(0, 1));
        for (int i = 0; i < 5; i++) {
            holders.replace("n" + i, bits(0));
        }
        assertThat(holders.incomplete(node -> !node.equals("n0"), 2)).containsExactly("n1", "n2");
        assertThat(holders.isIncomplete("n4")).isTrue();
        assertThat(holders.isIncomplete("whole")).isFalse();
        assertThat(holders.isIncomplete("none")).isFalse();
    }

    @Property(tries = 200)
    void countsAreWhatCountingGives(@ForAll List<Integer> steps) {
        Holders holders = new Holders(5);
        boolean[][] held = new boolean[3][5];
        Set<Integer> there = new HashSet<>();
        for (int step : steps) {
            int choice = Math.floorMod(step, 1 << 12);
            int node = choice % 3;
            int piece = (choice / 3) % 5;
            there.add(node);
            switch ((choice / 15) % 4) {
                case 0 -> {
                    holders.add("n" + node, piece);
                    held[node][piece] = true;
                }
                case 1 -> {
                    holders.drop("n" + node, piece);
                    held[node][piece] = false;
                }
                case 2 -> {
                    holders.replace("n" + node, bits(0, 1, 2, 3, 4));
                    Arrays.fill(held[node], true);
                }
                default -> {
                    holders.forget("n" + node);
                    held[node] = new boolean[5];
                    there.remove(node);
                }
            }
            int complete = 0;
            for (int one = 0; one < 3; one++) {
                int count = 0;
                for (boolean holds : held[one]) {
                    count += holds ? 1 : 0;
                }
                String id = "n" + one;
                complete += count == 5 ? 1 : 0;
                assertThat(holders.heldBy(id)).isEqualTo(count);
                assertThat(holders.isMissedBy(id::equals)).isEqualTo(there.contains(one) && count < 5);
            }
            assertThat(holders.complete()).isEqualTo(complete);
            assertThat(holders.nodes()).isEqualTo(there.size());
            for (int at = 0; at < 5; at++) {
                int expected = (held[0][at] ? 1 : 0) + (held[1][at] ? 1 : 0) + (held[2][at] ? 1 : 0);
                assertThat(holders.holdersOf(at)).isEqualTo(expected);
                assertThat(holders.heldByNobody().get(at)).isEqualTo(expected == 0);
            }
        }
    }
}
