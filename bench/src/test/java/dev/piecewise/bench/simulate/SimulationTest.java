package dev.piecewise.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.core.PieceLayout;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int MIB = 1 << 20;
    private static final double RATE = 12.5e6;

    private static Scenario scenario(int nodes, int pieces) {
        return new Scenario(
                nodes,
                new PieceLayout((long) pieces * MIB, MIB),
                RATE,
                10 * RATE,
                Duration.ofNanos(250_000),
                Scenario.Links.EVEN,
                0,
                1,
                Scenario.Policy.engine(),
                1);
    }

    @Test
    void theBoundIsTheFileOverALinkAndADoublingStepOfAPieceForEachTwofoldNumberOfNodes() {
        Scenario scenario = scenario(1000, 400);

        double fluid = 400 * MIB / RATE;
        assertThat(scenario.boundSeconds(1)).isCloseTo(fluid * (1 + 9 / 400.0), within(1e-6));
        assertThat(scenario.boundSeconds(0.1)).isCloseTo(10 * fluid, within(1e-6));
    }

    @Test
    void aColdArtifactReachesAllAndLeavesTheOriginOnce() {
        Outcome outcome = new Simulation(scenario(16, 100)).run();

        assertThat(outcome.slowestOverBound()).isBetween(1.0, 1.6);
        assertThat(outcome.originOverSize()).isEqualTo(1);
        assertThat(outcome.readerOverSize()).isLessThan(1.6);
        assertThat(outcome.wastedOverSize()).isLessThan(0.05);
    }

    @Test
    void theSameSeedGivesTheSame() {
        Scenario scenario = scenario(8, 40);

        assertThat(new Simulation(scenario).run().messages())
                .isEqualTo(new Simulation(scenario).run().messages());
    }

    @Test
    void nodesThatAreKilledAndReplacedHoldNobodyUpForLong() {
        Scenario calm = scenario(32, 60);
        Scenario scenario = new Scenario(
                calm.nodes(),
                calm.layout(),
                calm.bytesPerSecond(),
                calm.originBytesPerSecond(),
                calm.latency(),
                calm.links(),
                0.25,
                calm.zones(),
                calm.policy(),
                calm.seed());
        Outcome outcome = new Simulation(scenario).run();

        assertThat(outcome.slowestOverBound()).isLessThan(2);
        assertThat(outcome.lateOverBound()).isPositive().isLessThan(2);
        assertThat(outcome.originOverSize()).isEqualTo(1);
    }
}
