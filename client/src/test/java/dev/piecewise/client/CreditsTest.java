package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.Swarm;
import java.net.InetSocketAddress;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class CreditsTest {
    private final Credits credit = new Credits();

    private static final class CountingSwarm implements Swarm {
        private long downloaded = 7;
        private long read = 3;
        private FromPlaces places = new FromPlaces(1, 2, 4);

        @Override
        public int port() {
            return 1;
        }

        @Override
        public Stats stats() {
            return new Stats(0, downloaded, 0, 0, 0, 0, 0, places);
        }

        @Override
        public void hashesKnown(BitSet pieces) {}

        @Override
        public void alsoKnownAs(InfoHash infoHash, Optional<EncodedInfo> metadata) {}

        @Override
        public boolean isKnownAs(InfoHash infoHash) {
            return false;
        }

        @Override
        public void introduce(List<InetSocketAddress> newcomers) {}

        @Override
        public void announce() {}

        @Override
        public CompletionStage<Void> failure() {
            return new CompletableFuture<>();
        }

        @Override
        public void close() {}
    }

    @Test
    void eachByteIsCreditedOnceToWhoeverHasWaitedLongest() {
        CountingSwarm swarm = new CountingSwarm();
        CountingSwarm other = new CountingSwarm();
        Credits.Share second;
        try (Credits.Share first = credit.in(swarm, false, () -> swarm.read);
                Credits.Share elsewhere = credit.in(other, false, () -> other.read)) {
            swarm.downloaded += 10;
            second = credit.in(swarm, false, () -> swarm.read);
            swarm.downloaded += 20;
            assertThat(first.received().fromPeers()).isEqualTo(30);
            assertThat(second.received().fromPeers()).isZero();
            other.downloaded += 5;
            assertThat(elsewhere.received().fromPeers()).isEqualTo(5);
        }
        swarm.downloaded += 40;
        assertThat(second.received().fromPeers())
                .as("what came after the first left")
                .isEqualTo(40);
        Credits.Share third = credit.in(swarm, false, () -> swarm.read);
        third.close();
        assertThat(second.received().fromPeers()).isEqualTo(40);
        second.close();
        assertThat(credit.in(swarm, false, () -> swarm.read).received().fromPeers())
                .isZero();
    }

    @Test
    void theOriginAndTheDistancesAreCreditedLikeTheRest() {
        CountingSwarm swarm = new CountingSwarm();
        Credits.Share second;
        try (Credits.Share first = credit.in(swarm, false, () -> swarm.read)) {
            second = credit.in(swarm, false, () -> swarm.read);
            swarm.downloaded += 111;
            swarm.places = swarm.places.plus(new Swarm.FromPlaces(1, 10, 100));
            swarm.read += 1000;
            assertThat(first.received()).isEqualTo(new Received(111, 1, 10, 100, 1000));
            assertThat(second.received()).isEqualTo(Received.NOTHING);
        }
        swarm.read += 5;
        assertThat(second.received()).as("what was read after the first left").isEqualTo(new Received(0, 0, 0, 0, 5));
    }

    @Test
    void whatASwarmThatWasBegunForAnAskReceivedBeforeItCouldBeWaitedInCountsForThatAsk() {
        CountingSwarm swarm = new CountingSwarm();
        Credits.Share second;
        try (Credits.Share first = credit.in(swarm, true, () -> swarm.read)) {
            second = credit.in(swarm, true, () -> swarm.read);
            swarm.downloaded += 20;
            assertThat(first.received()).isEqualTo(new Received(27, 1, 2, 4, 0));
        }
        assertThat(second.received()).isEqualTo(Received.NOTHING);
        second.close();
        try (Credits.Share third = credit.in(swarm, true, () -> swarm.read)) {
            assertThat(third.received()).as("all of it was credited").isEqualTo(Received.NOTHING);
        }
    }
}
