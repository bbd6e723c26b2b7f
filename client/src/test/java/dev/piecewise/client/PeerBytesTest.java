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

class PeerBytesTest {
    private final PeerBytes credit = new PeerBytes();

    private static final class CountingSwarm implements Swarm {
        private long downloaded = 7;

        @Override
        public int port() {
            return 1;
        }

        @Override
        public Stats stats() {
            return new Stats(0, downloaded, 0, 0, 0, 0, 0, FromPlaces.NONE);
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
        PeerBytes.Share second;
        try (PeerBytes.Share first = credit.in(swarm);
                PeerBytes.Share elsewhere = credit.in(other)) {
            swarm.downloaded += 10;
            second = credit.in(swarm);
            swarm.downloaded += 20;
            assertThat(first.bytes()).isEqualTo(30);
            assertThat(second.bytes()).isZero();
            other.downloaded += 5;
            assertThat(elsewhere.bytes()).isEqualTo(5);
        }
        swarm.downloaded += 40;
        assertThat(second.bytes()).as("what came after the first left").isEqualTo(40);
        PeerBytes.Share third = credit.in(swarm);
        third.close();
        assertThat(second.bytes()).isEqualTo(40);
        second.close();
        assertThat(credit.in(swarm).bytes()).isZero();
    }
}
