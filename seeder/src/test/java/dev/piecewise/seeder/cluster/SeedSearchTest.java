package dev.piecewise.seeder.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.announce.PeerId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SeedSearchTest {
    private static final Duration TRACKERS_OWN = Duration.ofSeconds(5);

    private final AtomicInteger seeds = new AtomicInteger();
    private final SeedSearch search = new SeedSearch(
            request -> new AnnounceResponse(Duration.ofSeconds(30), TRACKERS_OWN, seeds.get(), 0, List.of()));

    private Duration pause(long leftBytes) {
        return search.announce(new AnnounceRequest(
                        InfoHash.of(new byte[20]), PeerId.of(new byte[20]), 1, 0, 0, leftBytes, AnnounceEvent.NONE, 50))
                .minInterval();
    }

    @Test
    void withoutASeedThePausesGrowUpToTheTrackersOwn() {
        assertThat(pause(1)).isEqualTo(Duration.ofMillis(250));
        assertThat(pause(1)).isEqualTo(Duration.ofMillis(500));
        for (int i = 0; i < 100; i++) {
            pause(1);
        }
        assertThat(pause(1)).isEqualTo(TRACKERS_OWN);
    }

    @Test
    void withASeedOrAsOneTheTrackersOwnPauseIsKept() {
        assertThat(pause(0)).isEqualTo(TRACKERS_OWN);
        seeds.set(1);
        assertThat(pause(1)).isEqualTo(TRACKERS_OWN);
    }
}
