package dev.piecewise.tracker.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.Place;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.trackerclient.api.Ingest;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CadenceTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration GATHER = Duration.ofMillis(400);

    private final NodeRegistry nodes = new NodeRegistry();
    private final Cadence cadence =
            new Cadence(LeaseTimes.of(Duration.ofSeconds(5), Duration.ofSeconds(30)), nodes, -7);

    private void register(int count) {
        for (int node = 0; node < count; node++) {
            nodes.register(new NodeRegistry.Node(
                    "n" + node, "node", Ingest.AUTO, Optional.empty(), Optional.empty(), Place.UNKNOWN, 0));
        }
    }

    @Test
    void heartbeatsAreRarerTheMoreNodesThereAreButThreeComeBeforeANodeIsTakenForDead() {
        register(4000);
        assertThat(cadence.heartbeat()).isEqualTo(Duration.ofSeconds(5));
        register(8000);
        assertThat(cadence.heartbeat()).isEqualTo(Duration.ofSeconds(8));
        assertThat(cadence.silence()).isEqualTo(Duration.ofSeconds(17));
        register(50_000);
        assertThat(cadence.heartbeat()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aFewNodesReportEveryMomentAndManyTakeTurns() {
        for (int millis = 0; millis < 2000; millis += 40) {
            assertThat(cadence.report(false, millis * 1_000_000L)).isEqualTo(GATHER);
        }
        long now = 2 * SECOND.toNanos();
        for (int node = 0; node < 500; node++) {
            cadence.report(false, now);
        }
        assertThat(cadence.report(false, now)).isEqualTo(GATHER.plus(SECOND));
        for (int node = 0; node < 100_000; node++) {
            cadence.report(false, now);
        }
        assertThat(cadence.report(false, now)).isEqualTo(Duration.ofSeconds(20));
        assertThat(cadence.report(false, now + Duration.ofMinutes(1).toNanos())).isEqualTo(GATHER);
    }

    @Test
    void thoseWhoseReportsAreWaitedForHaveTurnsOfTheirOwn() {
        for (int node = 0; node < 5000; node++) {
            cadence.report(false, 0);
        }
        assertThat(cadence.report(true, 0)).isEqualTo(GATHER);
    }

    @Test
    void whoWillReportIsKnownToHaveReportedALittleAfterTheLastTurn() {
        assertThat(cadence.allReportedNanos(5)).isEqualTo(5);
        for (int node = 0; node < 500; node++) {
            cadence.report(false, 0);
        }
        assertThat(cadence.allReportedNanos(0)).isGreaterThan(SECOND.toNanos()).isLessThan(2 * SECOND.toNanos());
    }
}
