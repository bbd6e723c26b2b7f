package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RequestScheduleTest {
    private static final int UNIT = PieceLength.BLOCK_BYTES;

    private long now = 1_000_000_000;

    /** A peer that answers what it is told to answer. */
    private final class FakePeer implements PeerState.Voice {
        private final List<BlockRequest> asked = new ArrayList<>();
        private final PeerState state = new PeerState(this, now);
        private int cancelled;
        private boolean wants;

        @Override
        public void request(BlockRequest request) {
            asked.add(request);
        }

        @Override
        public void cancel(BlockRequest request) {
            cancelled++;
            asked.remove(request);
        }

        @Override
        public void interested(boolean wanted) {
            wants = wanted;
        }
    }

    private static BitSet all(PieceLayout layout) {
        BitSet all = new BitSet();
        all.set(0, layout.pieceCount());
        return all;
    }

    private FakePeer seed(RequestSchedule schedule, PieceLayout layout, int units) {
        FakePeer peer = new FakePeer();
        peer.state.accepts(250, units);
        schedule.joined(peer.state);
        schedule.has(peer.state, all(layout));
        schedule.unchoked(peer.state);
        return peer;
    }

    private RequestSchedule schedule(PiecePicker picker) {
        return new RequestSchedule(picker, () -> now);
    }

    private static PiecePicker picker(PieceLayout layout) {
        return new PiecePicker(layout, new BitSet(), new Random(1));
    }

    @Test
    void blocksOfAPieceAreAskedForInOrderAndEachOnce() {
        PieceLayout layout = new PieceLayout(12L * UNIT, 12 * UNIT);
        FakePeer peer = seed(schedule(picker(layout)), layout, 1);
        assertThat(peer.asked.stream().map(BlockRequest::offset))
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize(12);
    }

    @Test
    void ourOwnNodesAreAskedForLongRunsTheNextOneWhileTheFirstArrives() {
        PieceLayout layout = new PieceLayout(20L * UNIT - 5, 20 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer peer = seed(schedule, layout, 16);
        assertThat(peer.asked).hasSize(1);
        schedule.begins(peer.state, 0, 0, 16 * UNIT);
        schedule.received(peer.state, peer.asked.get(0), 4 * UNIT);
        assertThat(peer.asked.stream().map(BlockRequest::length)).containsExactly(16 * UNIT, 4 * UNIT - 5);
    }

    @Test
    void askedAgainIsWhenAQuarterIsThereForSeveralBlocksAtOnce() {
        PieceLayout layout = new PieceLayout(64L * UNIT, 64 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer peer = seed(schedule, layout, 1);
        assertThat(peer.asked).hasSize(16);
        for (int block = 0; block < 3; block++) {
            schedule.begins(peer.state, 0, block * UNIT, UNIT);
            schedule.received(peer.state, peer.asked.get(block), UNIT);
        }
        assertThat(peer.asked).hasSize(16);
        schedule.begins(peer.state, 0, 3 * UNIT, UNIT);
        schedule.received(peer.state, peer.asked.get(3), UNIT);
        assertThat(peer.asked).hasSize(20);
    }

    /** That serves by turns, and has not done so yet. */
    private FakePeer turns(RequestSchedule schedule, PieceLayout layout) {
        FakePeer peer = new FakePeer();
        peer.state.accepts(250, 16);
        peer.state.givesTurns(true);
        schedule.joined(peer.state);
        schedule.has(peer.state, all(layout));
        return peer;
    }

    private void sends(RequestSchedule schedule, FakePeer peer) {
        BlockRequest request = peer.asked.remove(0);
        schedule.begins(peer.state, request.piece().index(), request.offset(), request.length());
        schedule.received(peer.state, request, request.length());
        if (request.piece().hasArrived()) {
            schedule.held(request.piece().index());
        }
    }

    @Test
    void whoServesByTurnsSendsTheRestOfWhatItWasAskedForWhenItChokes() {
        PieceLayout layout = new PieceLayout(32L * UNIT, 16 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer peer = turns(schedule, layout);
        schedule.unchoked(peer.state);
        FakePeer other = turns(schedule, layout);
        assertThat(peer.asked).hasSize(1);
        schedule.choked(peer.state);
        schedule.unchoked(other.state);
        assertThat(other.asked)
                .extracting(asked -> asked.piece().index())
                .doesNotContain(peer.asked.get(0).piece().index());
        sends(schedule, peer);
        sends(schedule, other);
        assertThat(other.asked).isEmpty();
        assertThat(other.wants || peer.wants).isFalse();
    }

    @Test
    void whoHasNothingToAskForWhenItIsItsTurnSaysSoAndWantsOneAgainWhenItHas() {
        PieceLayout layout = new PieceLayout(16L * UNIT, 16 * UNIT);
        RequestSchedule schedule = new RequestSchedule(picker(layout), 2, () -> now);
        FakePeer peer = turns(schedule, layout);
        FakePeer late = turns(schedule, layout);
        assertThat(late.wants).isTrue();
        schedule.unchoked(peer.state);
        schedule.unchoked(late.state);
        assertThat(late.asked).isEmpty();
        assertThat(late.wants).isFalse();
        schedule.choked(late.state);
        schedule.left(peer.state);
        assertThat(late.wants).isTrue();
    }

    @Test
    void ofThoseWhoServeAFewAtATimeNoMoreThanSoManyAreAsked() {
        PieceLayout layout = new PieceLayout(16L * 16 * UNIT, 16 * UNIT);
        RequestSchedule schedule = new RequestSchedule(picker(layout), 2, () -> now);
        List<FakePeer> peers =
                Stream.generate(() -> turns(schedule, layout)).limit(4).toList();
        peers.forEach(peer -> schedule.unchoked(peer.state));
        assertThat(peers).filteredOn(peer -> !peer.asked.isEmpty()).hasSize(2);
        assertThat(peers).filteredOn(peer -> peer.wants).hasSize(2);
        peers.stream().filter(peer -> !peer.wants).forEach(peer -> schedule.choked(peer.state));
        schedule.choked(peers.get(0).state);
        sends(schedule, peers.get(0));
        assertThat(peers).allMatch(peer -> peer.wants);
    }

    @Test
    void whoseTurnIsOverAndSendsTheRestLeavesRoomForTheNext() {
        PieceLayout layout = new PieceLayout(16L * 16 * UNIT, 16 * UNIT);
        RequestSchedule schedule = new RequestSchedule(picker(layout), 2, () -> now);
        List<FakePeer> peers =
                Stream.generate(() -> turns(schedule, layout)).limit(3).toList();
        peers.forEach(peer -> schedule.unchoked(peer.state));
        schedule.choked(peers.get(2).state);
        assertThat(peers.get(2).wants).isFalse();
        schedule.choked(peers.get(0).state);
        assertThat(peers.get(0).asked).as("still to come").hasSize(1);
        assertThat(peers.get(2).wants).isTrue();
        schedule.unchoked(peers.get(2).state);
        assertThat(peers.get(2).asked).hasSize(1);
    }

    @Test
    void aSilentPeersBlocksAreAskedOfAnother() {
        PieceLayout layout = new PieceLayout(4L * UNIT, 4 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer silent = seed(schedule, layout, 1);
        FakePeer other = seed(schedule, layout, 1);
        assertThat(other.asked).isEmpty();
        now += Duration.ofSeconds(5).toNanos();
        schedule.tick();
        assertThat(silent.cancelled).isEqualTo(4);
        assertThat(other.asked).hasSize(4);
        now += Duration.ofSeconds(20).toNanos();
        assertThat(schedule.tick()).contains(silent.state);
    }

    @Test
    void blocksOfOneOfOursThatIsSilentForASecondAreAskedOfAnotherUntilItIsHeardAgain() {
        PieceLayout layout = new PieceLayout(4L * UNIT, 4 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer silent = seed(schedule, layout, 1);
        FakePeer other = seed(schedule, layout, 1);
        silent.state.heard(now);
        now += Duration.ofMillis(900).toNanos();
        schedule.tick();
        assertThat(other.asked).isEmpty();
        now += Duration.ofMillis(200).toNanos();
        schedule.tick();
        assertThat(silent.cancelled).isEqualTo(4);
        assertThat(other.asked).hasSize(4);
        schedule.left(other.state);
        assertThat(silent.asked).isEmpty();
        silent.state.heard(now);
        schedule.tick();
        assertThat(silent.asked).hasSize(4);
        assertThat(schedule.tick()).isEmpty();
    }

    @Test
    void oneWhoseBytesComeWithLongPausesIsSlowAndNotSilent() {
        PieceLayout layout = new PieceLayout(4L * UNIT, 4 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer slow = seed(schedule, layout, 1);
        for (int i = 0; i < 3; i++) {
            now += Duration.ofMillis(800).toNanos();
            slow.state.heard(now);
            schedule.tick();
        }
        now += Duration.ofMillis(1500).toNanos();
        schedule.tick();
        assertThat(slow.cancelled).isZero();
        now += Duration.ofSeconds(1).toNanos();
        schedule.tick();
        assertThat(slow.cancelled).isEqualTo(4);
    }

    @Test
    void oneOfAnotherZoneIsNotTakenForSilentBecauseItsLinkIsFull() {
        PieceLayout layout = new PieceLayout(4L * UNIT, 4 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer far = seed(schedule, layout, 1);
        far.state.placed(PeerState.Nearness.FAR, "elsewhere", 1);
        far.state.heard(now);
        now += Duration.ofMillis(3500).toNanos();
        schedule.tick();
        assertThat(far.asked).isNotEmpty();
        assertThat(far.cancelled).isZero();
    }

    @Test
    void whatOthersBeganAndLeftIsFinishedBeforeAnythingElseIsBegun() {
        PieceLayout layout = new PieceLayout(32L * UNIT, 16 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer lost = seed(schedule, layout, 16);
        BlockRequest request = lost.asked.get(0);
        schedule.begins(lost.state, request.piece().index(), 0, 16 * UNIT);
        schedule.received(lost.state, request, 3 * UNIT);
        schedule.left(lost.state);
        FakePeer other = seed(schedule, layout, 16);
        assertThat(other.asked.get(0).piece()).isSameAs(request.piece());
    }

    @Test
    void atTheEndAnIdlePeerIsAskedTooAndWhoIsLateIsCancelled() {
        PieceLayout layout = new PieceLayout(UNIT, UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer slow = seed(schedule, layout, 1);
        FakePeer idle = seed(schedule, layout, 1);
        now += Duration.ofMillis(1500).toNanos();
        schedule.tick();
        assertThat(idle.asked).hasSize(1);
        BlockRequest request = idle.asked.remove(0);
        assertThat(schedule.begins(idle.state, 0, 0, UNIT)).isSameAs(request);
        assertThat(schedule.received(idle.state, request, UNIT)).isEqualTo(UNIT);
        assertThat(slow.cancelled).isEqualTo(1);
        assertThat(request.piece().hasArrived()).isTrue();
    }

    @Test
    void whatALostPeerSentStaysAndOnlyTheRestIsAskedFor() {
        PieceLayout layout = new PieceLayout(16L * UNIT, 16 * UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer lost = seed(schedule, layout, 16);
        BlockRequest request = lost.asked.get(0);
        schedule.begins(lost.state, 0, 0, 16 * UNIT);
        assertThat(schedule.received(lost.state, request, 5 * UNIT + 7)).isEqualTo(5 * UNIT);
        FakePeer other = seed(schedule, layout, 16);
        schedule.left(lost.state);
        assertThat(other.asked).singleElement().satisfies(rest -> {
            assertThat(rest.offset()).isEqualTo(5 * UNIT);
            assertThat(rest.length()).isEqualTo(11 * UNIT);
        });
    }

    @Test
    void whoLeftInTheMiddleOfABlockIsASourceOfItsPieceAndThePieceGoesOn() {
        PieceLayout layout = new PieceLayout(UNIT, UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer liar = seed(schedule, layout, 1);
        BlockRequest first = liar.asked.get(0);
        schedule.begins(liar.state, 0, 0, UNIT);
        assertThat(schedule.received(liar.state, first, UNIT / 2)).isZero();
        schedule.left(liar.state); // half a block of it was hashed already
        FakePeer good = seed(schedule, layout, 1);
        BlockRequest second = good.asked.get(0);
        assertThat(second.piece()).isSameAs(first.piece());
        schedule.begins(good.state, 0, 0, UNIT);
        schedule.received(good.state, second, UNIT);
        assertThat(second.piece().sources()).containsExactlyInAnyOrder(liar.state, good.state);
        good.asked.clear();
        schedule.refused(second.piece());
        assertThat(good.asked).as("its bytes were not the wrong ones").hasSize(1);
    }

    @Test
    void aPeerThatAloneSpoiltAPieceIsNotAskedForItAgain() {
        PieceLayout layout = new PieceLayout(2L * UNIT, UNIT);
        RequestSchedule schedule = schedule(picker(layout));
        FakePeer liar = seed(schedule, layout, 1);
        BlockRequest request = liar.asked.remove(0);
        schedule.begins(liar.state, request.piece().index(), 0, UNIT);
        schedule.received(liar.state, request, UNIT);
        schedule.refused(request.piece());
        assertThat(liar.asked.stream().map(asked -> asked.piece().index()))
                .doesNotContain(request.piece().index());
        FakePeer honest = seed(schedule, layout, 1);
        assertThat(honest.asked.stream().map(asked -> asked.piece().index()))
                .contains(request.piece().index());
    }

    /** Peers come, leave, choke, refuse, fall silent and send in parts; no unit may be lost from sight for ever. */
    @Property(tries = 300)
    void whateverPeersDoAGoodOneCompletesTheArtifact(
            @ForAll long randomSeed, @ForAll @IntRange(min = 1, max = 5) int pieceUnits) {
        Random random = new Random(randomSeed);
        PieceLayout layout = new PieceLayout(random.nextInt(1, 30 * UNIT), pieceUnits * UNIT);
        PiecePicker picker = picker(layout);
        RequestSchedule schedule = schedule(picker);
        List<FakePeer> peers = new ArrayList<>();
        Set<PieceProgress> complete = new HashSet<>();
        for (int step = 0; step < 120; step++) {
            now += random.nextInt(1_000_000_000);
            misbehave(random, schedule, layout, peers, complete);
            settle(random, schedule, complete);
        }
        List.copyOf(peers).forEach(peer -> schedule.left(peer.state));
        FakePeer good = seed(schedule, layout, 1 + random.nextInt(4));
        for (int step = 0; step < 2000 && !picker.isComplete(); step++) {
            now += 1_000_000_000;
            schedule.tick();
            while (!good.asked.isEmpty()) {
                deliver(schedule, good, good.asked.get(0), Integer.MAX_VALUE, complete);
            }
            complete.forEach(piece -> schedule.held(piece.index()));
            complete.clear();
        }
        assertThat(picker.isComplete()).isTrue();
    }

    private void misbehave(
            Random random,
            RequestSchedule schedule,
            PieceLayout layout,
            List<FakePeer> peers,
            Set<PieceProgress> done) {
        if (peers.size() < 3) {
            peers.add(seed(schedule, layout, 1 + random.nextInt(4)));
        }
        FakePeer peer = peers.get(random.nextInt(peers.size()));
        switch (random.nextInt(7)) {
            case 0 -> {
                schedule.left(peer.state);
                peers.remove(peer);
            }
            case 1 -> {
                schedule.choked(peer.state);
                peer.asked.clear();
            }
            case 2 -> schedule.unchoked(peer.state);
            case 3 -> {
                if (!peer.asked.isEmpty()) {
                    BlockRequest request = peer.asked.remove(0);
                    schedule.rejected(peer.state, request.piece().index(), request.offset(), request.length());
                }
            }
            case 4 -> schedule.tick();
            default -> {
                if (!peer.asked.isEmpty()) {
                    deliver(schedule, peer, peer.asked.get(0), 1 + random.nextInt(3 * UNIT), done);
                }
            }
        }
    }

    /** Sends the next part of a block. */
    private static void deliver(
            RequestSchedule schedule, FakePeer peer, BlockRequest request, int most, Set<PieceProgress> done) {
        if (schedule.begins(peer.state, request.piece().index(), request.offset(), request.length()) == null) {
            peer.asked.remove(request);
            return;
        }
        boolean current = request.isCurrent();
        int bytes = Math.min(most, request.length() - request.receivedBytes());
        schedule.received(peer.state, request, bytes);
        if (request.receivedBytes() == request.length()) {
            peer.asked.remove(request);
        }
        if (current && request.isCurrent() && request.piece().hasArrived()) {
            done.add(request.piece());
        }
    }

    private static void settle(Random random, RequestSchedule schedule, Set<PieceProgress> complete) {
        for (PieceProgress piece : List.copyOf(complete)) {
            complete.remove(piece);
            if (random.nextInt(3) == 0) {
                schedule.refused(piece);
            } else {
                schedule.held(piece.index());
                if (random.nextInt(5) == 0) {
                    schedule.dropped(piece.index());
                }
            }
        }
    }
}
