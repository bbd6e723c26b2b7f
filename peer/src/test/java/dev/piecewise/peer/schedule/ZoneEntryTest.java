package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import dev.piecewise.peer.schedule.PeerState.Nearness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A node between a far seed and the others of its zone, under a clock that the test moves. */
class ZoneEntryTest {
    private static final int UNIT = PieceLength.BLOCK_BYTES;
    private static final long OWN_KEY = 100;

    private final PieceLayout layout = new PieceLayout(8L * UNIT, UNIT);
    private long now = -5;
    private final PiecePicker picker =
            new PiecePicker(layout, new BitSet(), new Random(1), new ZoneEntry("own", OWN_KEY));
    private final RequestSchedule schedule = new RequestSchedule(picker, () -> now);

    private final class FakePeer implements PeerState.Voice {
        private final List<Integer> asked = new ArrayList<>();
        private final List<Integer> claimed = new ArrayList<>();
        private final PeerState state = new PeerState(this, now);

        FakePeer(Nearness nearness, long key) {
            this(nearness, nearness.name(), key);
        }

        FakePeer(Nearness nearness, String zone, long key) {
            this(schedule, nearness, zone, key);
        }

        FakePeer(RequestSchedule schedule, Nearness nearness, String zone, long key) {
            state.accepts(2, 1);
            schedule.joined(state);
            schedule.placed(state, nearness, zone, key);
            schedule.unchoked(state);
        }

        @Override
        public void request(BlockRequest request) {
            asked.add(request.piece().index());
        }

        @Override
        public void cancel(BlockRequest request) {
            asked.remove((Integer) request.piece().index());
        }

        @Override
        public void interested(boolean wanted) {}

        @Override
        public void claims(int piece, boolean claims) {
            if (claims) {
                claimed.add(piece);
            } else {
                claimed.remove((Integer) piece);
            }
        }

        void has(int... pieces) {
            BitSet all = new BitSet();
            for (int piece : pieces) {
                all.set(piece);
            }
            schedule.has(state, all);
        }

        void sends(int piece) {
            BlockRequest request = Objects.requireNonNull(schedule.begins(state, piece, 0, UNIT));
            schedule.received(state, request, UNIT);
            schedule.held(piece);
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
        schedule.tick();
    }

    @Test
    void whatIsFetchedFromFarIsClaimedAndWhatAnotherClaimedIsLeftToIt() {
        FakePeer near = new FakePeer(Nearness.NEAR, 1);
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        schedule.claimed(near.state, 0, true);
        seed.has(0, 1);
        pass(Duration.ofSeconds(1));
        assertThat(seed.asked).containsExactly(1);
        assertThat(near.claimed).containsExactly(1);
    }

    @Test
    void whoComesLaterIsToldOfClaims() {
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        seed.has(3);
        assertThat(seed.asked).containsExactly(3);
        assertThat(new FakePeer(Nearness.NEAR, 1).claimed).containsExactly(3);
    }

    @Test
    void ofTwoWhoClaimTheSameTheSmallerKeyKeepsIt() {
        FakePeer smaller = new FakePeer(Nearness.NEAR, OWN_KEY - 1);
        FakePeer larger = new FakePeer(Nearness.NEAR, OWN_KEY + 1);
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        seed.has(0, 1);
        pass(Duration.ofSeconds(1));
        assertThat(seed.asked).containsExactlyInAnyOrder(0, 1);
        schedule.claimed(larger.state, 0, true);
        schedule.claimed(smaller.state, 1, true);
        assertThat(seed.asked).containsExactly(0);
        assertThat(larger.claimed).containsExactly(0);
    }

    @Test
    void whatANearPeerHasIsAskedOfItAndNotOfAFarOneAnyMore() {
        FakePeer near = new FakePeer(Nearness.NEAR, 1);
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        seed.has(0);
        pass(Duration.ofSeconds(1));
        assertThat(seed.asked).containsExactly(0);
        near.has(0);
        assertThat(seed.asked).isEmpty();
        assertThat(near.asked).containsExactly(0);
    }

    @Test
    void aPieceThatCanBeHadJustNowIsClaimedByOneAfterTheOther() {
        for (int key = 0; key < 200; key++) {
            new FakePeer(Nearness.NEAR, key);
        }
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        seed.has(0);
        assertThat(seed.asked).as("others go first").isEmpty();
        pass(Duration.ofMillis(600));
        assertThat(seed.asked).containsExactly(0);
    }

    @Test
    void soIsOneThatCanBeHadFromOneMoreZone() {
        for (int key = 0; key < 200; key++) {
            new FakePeer(Nearness.NEAR, key);
        }
        FakePeer busy = new FakePeer(Nearness.FAR, 2);
        schedule.choked(busy.state);
        busy.has(0, 1);
        pass(Duration.ofSeconds(1));
        FakePeer other = new FakePeer(Nearness.FAR, "other", 3);
        other.has(0);
        assertThat(other.asked).as("others go first").isEmpty();
        pass(Duration.ofMillis(600));
        assertThat(other.asked).containsExactly(0);
    }

    @Test
    void zonesThatFetchFromTheSameOneBeginWithDifferentPieces() {
        BitSet all = new BitSet();
        all.set(0, layout.pieceCount());
        for (int pair = 0; pair < 20; pair++) {
            List<Integer> asked = new ArrayList<>();
            for (List<String> zones : List.of(List.of("a" + pair, "b" + pair), List.of("b" + pair, "a" + pair))) {
                PiecePicker of = new PiecePicker(layout, new BitSet(), new Random(1), new ZoneEntry(zones.get(0), 0));
                RequestSchedule own = new RequestSchedule(of, () -> now);
                FakePeer seed = new FakePeer(own, Nearness.FAR, "seed", 2);
                new FakePeer(own, Nearness.FAR, zones.get(1), 3);
                own.has(seed.state, all);
                asked.addAll(seed.asked);
            }
            assertThat(asked).isNotEmpty().doesNotHaveDuplicates();
        }
    }

    @Test
    void whatTheOtherZoneDoesNotBringComesHereInTheEnd() {
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        new FakePeer(Nearness.FAR, "other", 3);
        seed.has(0, 1, 2, 3, 4, 5, 6, 7);
        while (!picker.isComplete()) {
            assertThat(seed.asked).as("pieces here: %s", picker.held()).isNotEmpty();
            seed.sends(seed.asked.remove(0));
        }
        assertThat(picker.heldCount()).isEqualTo(8);
    }

    @Test
    void whatTheFarPeerSuggestsIsClaimedAtOnce() {
        for (int key = 0; key < 200; key++) {
            new FakePeer(Nearness.NEAR, key);
        }
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        seed.has(0);
        schedule.suggested(seed.state, 0);
        assertThat(seed.asked).containsExactly(0);
    }

    @Test
    void aClaimEndsWithItsHolderOrWhenItSaysSoOrAfterAWhile() {
        FakePeer leaver = new FakePeer(Nearness.NEAR, 1);
        FakePeer loser = new FakePeer(Nearness.NEAR, 3);
        FakePeer sleeper = new FakePeer(Nearness.NEAR, 4);
        schedule.claimed(leaver.state, 0, true);
        schedule.claimed(loser.state, 1, true);
        schedule.claimed(sleeper.state, 2, true);
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        seed.has(0, 1, 2);
        pass(Duration.ofSeconds(1));
        assertThat(seed.asked).isEmpty();
        schedule.left(leaver.state);
        pass(Duration.ofSeconds(1));
        assertThat(seed.asked).containsExactly(0);
        seed.sends(0);
        schedule.claimed(loser.state, 1, false);
        pass(Duration.ofSeconds(1));
        assertThat(seed.asked).containsExactly(0, 1);
        seed.sends(1);
        for (int second = 0; second < 19; second++) {
            pass(Duration.ofSeconds(1));
        }
        assertThat(seed.asked).containsExactly(0, 1, 2);
    }

    @Test
    void whatAFarPeerRefusesIsClaimedNoLonger() {
        FakePeer near = new FakePeer(Nearness.NEAR, 1);
        FakePeer seed = new FakePeer(Nearness.FAR, 2);
        seed.has(0);
        pass(Duration.ofSeconds(1));
        assertThat(near.claimed).containsExactly(0);
        schedule.rejected(seed.state, 0, 0, UNIT);
        assertThat(near.claimed).isEmpty();
    }

    @Test
    void whatWasBegunInTheZoneIsFinishedFromFarIfTheZoneLosesIt() {
        PieceLayout long_ = new PieceLayout(4L * UNIT, 4 * UNIT);
        PiecePicker one = new PiecePicker(long_, new BitSet(), new Random(1), new ZoneEntry("own", OWN_KEY));
        RequestSchedule of = new RequestSchedule(one, () -> now);
        List<BlockRequest> asked = new ArrayList<>();
        PeerState.Voice voice = new PeerState.Voice() {
            @Override
            public void request(BlockRequest request) {
                asked.add(request);
            }

            @Override
            public void cancel(BlockRequest request) {}

            @Override
            public void interested(boolean wanted) {}
        };
        BitSet all = new BitSet();
        all.set(0);
        PeerState near = new PeerState(voice, now);
        PeerState far = new PeerState(voice, now);
        for (PeerState peer : List.of(near, far)) {
            peer.accepts(2, 1);
            of.joined(peer);
            of.placed(peer, peer == near ? Nearness.NEAR : Nearness.FAR, "z", peer == near ? 1 : 2);
            of.has(peer, all);
        }
        of.unchoked(near);
        of.received(near, Objects.requireNonNull(of.begins(near, 0, 0, UNIT)), UNIT);
        of.unchoked(far);
        assertThat(asked).hasSize(3);
        of.left(near);
        now += Duration.ofSeconds(1).toNanos();
        of.tick();
        assertThat(asked.subList(3, asked.size()))
                .extracting(BlockRequest::offset)
                .containsExactly(UNIT, 2 * UNIT);
    }

    @Test
    void peersOfUnknownPlacesAreAskedForAnything() {
        FakePeer near = new FakePeer(Nearness.NEAR, 1);
        schedule.claimed(near.state, 0, true);
        FakePeer stock = new FakePeer(Nearness.UNKNOWN, 0);
        stock.has(0);
        assertThat(stock.asked).containsExactly(0);
    }
}
