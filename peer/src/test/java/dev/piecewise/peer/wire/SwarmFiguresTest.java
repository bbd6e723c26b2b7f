package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.Place;
import dev.piecewise.peer.Swarm;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SwarmFiguresTest {
    private static final int BLOCK = 16 << 10;

    @Test
    void whatComesTwiceIsWasted() {
        SwarmFigures figures = new SwarmFigures();
        figures.received(Place.Distance.SAME_RACK, BLOCK, BLOCK);
        figures.received(Place.Distance.OTHER_ZONE, BLOCK, 0);
        figures.received(Place.Distance.UNKNOWN, BLOCK, 100);

        Swarm.Stats stats = figures.stats();

        assertThat(stats.downloadedBytes()).isEqualTo(BLOCK + 100);
        assertThat(stats.duplicateBytes()).isEqualTo(2 * BLOCK - 100);
        assertThat(stats.fromPlaces()).isEqualTo(new Swarm.FromPlaces(BLOCK, 0, BLOCK));
    }

    @Test
    void whatIsReadWhileBytesArriveBelongsToOneMoment() {
        SwarmFigures figures = new SwarmFigures();
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> arrivals = CompletableFuture.runAsync(() -> {
            while (!enough.get()) {
                figures.received(Place.Distance.SAME_ZONE, BLOCK, BLOCK);
            }
        });
        try {
            for (int look = 0; look < 100_000; look++) {
                Swarm.Stats stats = figures.stats();
                assertThat(stats.fromPlaces().sameZone()).isEqualTo(stats.downloadedBytes());
            }
        } finally {
            enough.set(true);
            arrivals.join();
        }
    }
}
