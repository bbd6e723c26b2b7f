package dev.piecewise.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.core.PieceLayout;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
    private static final int MIB = 1 << 20;
    private static final double RATE = 12.5e6;

    private static Scenario scenario(int nodes, int pieces) {
        return scenario(nodes, pieces, Scenario.Links.EVEN, Scenario.Churn.NONE, 1);
    }

    private static Scenario scenario(int nodes, int pieces, Scenario.Links links, Scenario.Churn churn, int zones) {
        return new Scenario(
                nodes,
                new PieceLayout((long) pieces * MIB, MIB),
                RATE,
                Scenario.Origin.of(10 * RATE),
                Duration.ofNanos(250_000),
                links,
                churn,
                zones,
                Scenario.Policy.usual(),
                1);
    }

    private static Scenario.Origin origin(double connectionBytesPerSecond, Scenario.Readers readers) {
        return new Scenario.Origin(10 * RATE, connectionBytesPerSecond, readers);
    }

    private static Scenario.Policy servingAtATime(int slots) {
        Scenario.Policy usual = Scenario.Policy.usual();
        return new Scenario.Policy(usual.neighbours(), usual.wanted(), slots, 0);
    }

    @Test
    void theBoundIsTheFileOverALinkAndADoublingStepOfAPieceForEachTwofoldNumberOfNodes() {
        Scenario scenario = scenario(1000, 400);

        double fluid = 400 * MIB / RATE;
        assertThat(scenario.boundSeconds(1)).isCloseTo(fluid * (1 + 9 / 400.0), within(1e-6));
        assertThat(scenario.boundSeconds(0.1)).isCloseTo(10 * fluid, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8})
    void aColdArtifactReachesAllNodesSoonAfterTheBoundAndLeavesTheOriginOnce(int slots) {
        Outcome outcome = new Simulation(scenario(64, 200).with(servingAtATime(slots))).run();

        assertThat(outcome.slowestOverBound()).isBetween(1.0, 1.12);
        assertThat(outcome.originOverSize()).isEqualTo(1);
        assertThat(outcome.readerOverSize()).isLessThan(1.1);
        assertThat(outcome.wastedOverSize()).isLessThan(0.01);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 150})
    void amongManyNodesHaveThirtyToSixtyNeighboursAndNoneFewerThanItCalls(int nodes) {
        Outcome outcome = new Simulation(scenario(nodes, 60)).run();

        assertThat(outcome.neighbours()).isBetween(30.0, 60.0);
        assertThat(outcome.fewestNeighbours()).isGreaterThanOrEqualTo(20);
        assertThat(outcome.mostNeighbours()).isLessThanOrEqualTo(55);
    }

    @Test
    void aFewNodesAreAllNeighboursAndOfTheReader() {
        assertThat(new Simulation(scenario(8, 100)).run().fewestNeighbours()).isEqualTo(8);
    }

    @Test
    void aFewNodesAreServedAsWell() {
        Outcome outcome = new Simulation(scenario(8, 100)).run();

        assertThat(outcome.slowestOverBound()).isBetween(1.0, 1.2);
        assertThat(outcome.originOverSize()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"3, 12, 8", "4, 32, 2", "4, 32, 8", "3, 75, 8"})
    void eachPieceEntersEachZoneOnce(int zones, int nodes, int slots) {
        Scenario scenario = scenario(nodes, 100, Scenario.Links.EVEN, Scenario.Churn.NONE, zones)
                .with(servingAtATime(slots));
        Outcome outcome = new Simulation(scenario).run();

        assertThat(outcome.betweenZonesOverSize()).isBetween(zones - 1.0, 1.1 * (zones - 1));
        assertThat(outcome.originOverSize()).isEqualTo(1);
    }

    @Test
    void whereThereIsNoSeederOneNodeReadsIfItsLinkIsEnoughButForTrials() {
        Scenario.Origin origin = origin(Double.POSITIVE_INFINITY, Scenario.Readers.NODES);
        Outcome outcome = new Simulation(scenario(10, 400).with(origin)).run();

        assertThat(outcome.readers()).isLessThanOrEqualTo(2);
        assertThat(outcome.mostReadOverSize()).isGreaterThan(0.8);
        assertThat(outcome.originOverSize()).isEqualTo(1);
        assertThat(outcome.slowestOverBound()).isBetween(1.0, 1.2);
    }

    @Test
    void besideASeederWhoseLinkIsEnoughNoNodeReadsButForTrials() {
        Scenario.Origin origin = origin(Double.POSITIVE_INFINITY, Scenario.Readers.SEEDER_AND_NODES);
        Outcome outcome = new Simulation(scenario(32, 400).with(origin)).run();

        assertThat(outcome.mostReadOverSize()).isGreaterThan(0.8);
        assertThat(outcome.readerOverSize()).as("the seeder sends").isPositive();
        assertThat(outcome.originOverSize()).isEqualTo(1);
    }

    @Test
    void severalReadWhereAConnectionToTheOriginIsSlowAndTakeLessThanHalfTheTimeOfOne() {
        double connection = RATE / 10;
        Outcome outcome = new Simulation(scenario(4, 100).with(origin(connection, Scenario.Readers.NODES))).run();

        double alone = 100 * MIB / (2 * connection);
        assertThat(outcome.readers()).isGreaterThan(2);
        assertThat(outcome.slowestSeconds()).isLessThan(alone / 2);
        assertThat(outcome.originOverSize()).isEqualTo(1);
    }

    @Test
    void slowNodesHoldNobodyElseUpForLong() {
        Outcome outcome = new Simulation(scenario(40, 100, Scenario.Links.UNEVEN, Scenario.Churn.NONE, 1)).run();

        assertThat(outcome.slowestOverBound()).isLessThan(1.6);
        assertThat(outcome.originOverSize()).isEqualTo(1);
    }

    @Test
    void theSameSeedGivesTheSame() {
        Scenario scenario = scenario(8, 40);

        assertThat(new Simulation(scenario).run().messages())
                .isEqualTo(new Simulation(scenario).run().messages());
    }

    @ParameterizedTest
    @EnumSource
    void nodesThatEndAndAreReplacedHoldNobodyUpForLong(Scenario.Death death) {
        Scenario.Churn churn = new Scenario.Churn(0.25, death);
        Outcome outcome = new Simulation(scenario(32, 60, Scenario.Links.EVEN, churn, 1)).run();

        assertThat(outcome.slowestOverBound()).isLessThan(2);
        assertThat(outcome.lateOverBound()).isPositive().isLessThan(2);
        assertThat(outcome.originOverSize()).isEqualTo(1);
    }

    @Test
    void oneThatFallsSilentIsAskedForNothingAfterASecond() {
        Scenario.Churn churn = new Scenario.Churn(0.25, Scenario.Death.SILENT);
        Outcome outcome = new Simulation(scenario(32, 60, Scenario.Links.EVEN, churn, 1)).run();

        assertThat(outcome.noticedSeconds()).isBetween(1.0, 1.3);
    }
}
