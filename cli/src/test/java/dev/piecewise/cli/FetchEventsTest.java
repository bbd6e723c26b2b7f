package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.Received;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FetchEventsTest {
    private static Map<String, Object> ready(Received received) {
        return FetchEvents.ready(
                new FetchOutcome.Complete(Path.of("/x"), List.of(Path.of("/x")), Optional.empty(), "", 10, received));
    }

    @Test
    void readyTellsWhereTheBytesCameFrom() {
        assertThat(ready(new Received(7, 1, 2, 4, 3)))
                .containsEntry("bytesFromPeers", 7L)
                .containsEntry("bytesFromOrigin", 3L)
                .containsEntry("fromPlaces", Map.of("sameRack", 1L, "sameZone", 2L, "otherZone", 4L));
        assertThat(ready(new Received(10, 0, 0, 0, 0))).doesNotContainKey("fromPlaces");
    }
}
