package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UploadSlotsTest {
    private static final Duration TURN = Duration.ofMillis(300);

    private long now = 1_000_000_000;

    private static class Node implements UploadSlots.Taker {
        private final int held;
        private boolean unchoked;
        private int turns;

        Node(int held) {
            this.held = held;
        }

        @Override
        public void unchoke() {
            unchoked = true;
            turns++;
        }

        @Override
        public void choke() {
            unchoked = false;
        }

        @Override
        public int heldCount() {
            return held;
        }
    }

    private final UploadSlots slots = new UploadSlots(2, () -> 6, new Random(1), () -> now);

    private List<Node> wanting(int count, int held) {
        List<Node> nodes = Stream.generate(() -> new Node(held)).limit(count).toList();
        nodes.forEach(slots::wanted);
        return nodes;
    }

    /** Asks for a block of each piece, and waits for as long as it takes to send. */
    private List<Boolean> asks(Node node, int... pieces) {
        List<Boolean> admitted = new ArrayList<>();
        for (int piece : pieces) {
            admitted.add(slots.admits(node, piece));
            now += TURN.toNanos();
        }
        return admitted;
    }

    @Test
    void withoutALimitAllWhoWantMayAskAndNobodyIsEverChoked() {
        UploadSlots unlimited = new UploadSlots(0, () -> 6, new Random(1), () -> now);
        List<Node> nodes = Stream.generate(() -> new Node(0)).limit(9).toList();
        nodes.forEach(unlimited::wanted);
        assertThat(unlimited.admits(nodes.get(0), 1)).isTrue();
        now += TURN.toNanos();
        assertThat(unlimited.admits(nodes.get(0), 2)).isTrue();
        unlimited.ended(nodes.get(1));
        assertThat(nodes).allMatch(node -> node.unchoked);
    }

    private static List<Node> served(List<Node> nodes) {
        return nodes.stream().filter(node -> node.unchoked).toList();
    }

    @Test
    void aTurnIsAPieceAndTheNextOneIsThatOfOneWhoWaits() {
        List<Node> nodes = wanting(4, 50);
        assertThat(served(nodes)).containsExactly(nodes.get(0), nodes.get(1));
        assertThat(asks(nodes.get(0), 7, 7, 8)).containsExactly(true, true, false);
        assertThat(nodes).extracting(node -> node.unchoked).startsWith(false, true);
        assertThat(served(nodes)).hasSize(2);
        assertThat(asks(nodes.get(1), 9, 10)).containsExactly(true, false);
        assertThat(served(nodes)).hasSize(2).doesNotContain(nodes.get(1));
        assertThat(nodes).extracting(node -> node.turns).allMatch(turns -> turns <= 2);
    }

    @Test
    void thoseWhoWaitAtSeveralAreServedInDifferentOrder() {
        Set<Integer> next = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            UploadSlots one = new UploadSlots(2, () -> 12, new Random(seed), () -> now);
            List<Node> nodes = Stream.generate(() -> new Node(50)).limit(12).toList();
            nodes.forEach(one::wanted);
            one.ended(nodes.get(0));
            next.add(nodes.indexOf(served(nodes.subList(2, 12)).get(0)));
        }
        assertThat(next).hasSizeGreaterThan(4);
    }

    @Test
    void aTurnThatComesToNothingIsGivenToAnotherButNotAtEveryWord() {
        List<Node> nodes = wanting(5, 50);
        slots.refused(nodes.get(0));
        assertThat(served(nodes)).hasSize(2).contains(nodes.get(1)).doesNotContain(nodes.get(0));
        slots.refused(nodes.get(1));
        assertThat(nodes.get(1).unchoked).isTrue();
        slots.tick();
        assertThat(served(nodes)).hasSize(2).doesNotContain(nodes.get(1));
    }

    @Test
    void whoWasRefusedAndThenFoundSomethingKeepsItsTurn() {
        List<Node> nodes = wanting(5, 50);
        slots.refused(nodes.get(0));
        slots.refused(nodes.get(1));
        assertThat(asks(nodes.get(1), 3)).containsExactly(true);
        slots.tick();
        assertThat(nodes.get(1).unchoked).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"8, 16, 8", "8, 17, 4", "4, 55, 4", "2, 55, 2", "16, 55, 8", "16, 32, 16"})
    void amongManyPeersHalfAsManyAreServed(int most, int peers, int served) {
        assertThat(UploadSlots.slotsAmong(most, peers)).isEqualTo(served);
        UploadSlots some = new UploadSlots(most, () -> peers, new Random(1), () -> now);
        List<Node> nodes = Stream.generate(() -> new Node(50)).limit(peers).toList();
        nodes.forEach(some::wanted);
        assertThat(served(nodes)).hasSize(served);
    }

    @Test
    void whileNobodyWaitsATurnGoesOn() {
        List<Node> nodes = wanting(2, 50);
        assertThat(asks(nodes.get(0), 1, 2, 3)).containsExactly(true, true, true);
    }

    @Test
    void severalSmallPiecesAreOneTurn() {
        List<Node> nodes = wanting(3, 50);
        assertThat(slots.admits(nodes.get(0), 1)).isTrue();
        now += Duration.ofMillis(10).toNanos();
        assertThat(slots.admits(nodes.get(0), 2)).isTrue();
    }

    @Test
    void severalPiecesAreATurnBeforeItsTimeIsOver() {
        List<Node> nodes = wanting(3, 50);
        for (int piece = 0; piece < 4; piece++) {
            assertThat(slots.admits(nodes.get(0), piece)).isTrue();
            now += Duration.ofMillis(40).toNanos();
        }
        assertThat(slots.admits(nodes.get(0), 4)).isFalse();
    }

    @Test
    void whoDoesNotWantItsTurnLeavesItToTheNext() {
        List<Node> nodes = wanting(3, 50);
        slots.ended(nodes.get(0));
        assertThat(nodes).extracting(node -> node.unchoked).containsExactly(false, true, true);
    }

    @Test
    void fewAreServedAtATimeWhileThoseWhoWaitHaveNextToNothing() {
        UploadSlots many = new UploadSlots(4, () -> 6, new Random(1), () -> now);
        List<Node> nodes = Stream.generate(() -> new Node(1)).limit(6).toList();
        nodes.forEach(many::wanted);
        assertThat(nodes).filteredOn(node -> node.unchoked).hasSize(2);
    }

    @Test
    void strangersAreNotFewAtATimeAsTheyHoldASlotForSeconds() {
        UploadSlots many = new UploadSlots(4, () -> 6, new Random(1), () -> now);
        List<Node> nodes = Stream.generate(() -> new Node(0) {
                    @Override
                    public boolean takesTurns() {
                        return false;
                    }
                })
                .limit(6)
                .map(Node.class::cast)
                .toList();
        nodes.forEach(many::wanted);
        assertThat(served(nodes)).hasSize(4);
    }

    @Test
    void whoTakesMuchLongerThanOthersTakesNobodysPlace() {
        List<Node> nodes = wanting(4, 50);
        Node slow = nodes.get(1);
        assertThat(slots.admits(slow, 1)).isTrue();
        asks(nodes.get(0), 1, 2);
        asks(nodes.get(2), 1, 2);
        asks(nodes.get(3), 1, 2);
        slots.tick();
        assertThat(slow.unchoked).isTrue();
        assertThat(nodes).filteredOn(node -> node.unchoked).hasSize(3);
    }

    @Test
    void whoKeepsASlotForSecondsMakesRoomWhateverItDoes() {
        List<Node> nodes = wanting(3, 50);
        now += Duration.ofSeconds(6).toNanos();
        slots.tick();
        assertThat(nodes).extracting(node -> node.unchoked).containsExactly(false, true, true);
    }
}
