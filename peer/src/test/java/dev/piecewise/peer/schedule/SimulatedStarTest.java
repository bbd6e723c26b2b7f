package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceLayout;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schedule's promises, in simulated time, so on any machine. */
class SimulatedStarTest {
    private static final double RATE = 12.5e6;
    private static final int MIB = 1 << 20;

    private static double[] rates(int leeches) {
        double[] rates = new double[leeches + 1];
        Arrays.fill(rates, RATE);
        return rates;
    }

    @ParameterizedTest
    @CsvSource({"1, 64, 1", "2, 128, 1", "4, 128, 1", "8, 128, 1", "8, 32, 1", "16, 128, 1", "8, 10, 1"})
    void everyLeechIsFilledLittleLaterThanAFluidWouldFillItAndTheSeedSendsHardlyMoreThanOnce(
            int leeches, int pieces, int pieceMib) {
        PieceLayout layout = new PieceLayout((long) pieces * pieceMib * MIB, pieceMib * MIB);
        SimulatedStar star = new SimulatedStar(layout, rates(leeches));
        star.run();
        double fluid = layout.totalBytes() / RATE;
        double discrete = fluid * (1 + Math.ceil(Math.log(leeches) / Math.log(2)) / pieces);
        assertThat(star.slowestSeconds()).isLessThan(discrete * (1 + (double) leeches / pieces));
        assertThat(star.sentBytes(0)).isLessThan((long) (layout.totalBytes() * (1.02 + (double) leeches / pieces)));
    }

    @Test
    void oneSlowLeechDoesNotHoldUpTheOthers() {
        PieceLayout layout = new PieceLayout(128L * MIB, MIB);
        double[] rates = rates(8);
        rates[8] = RATE / 10;
        SimulatedStar star = new SimulatedStar(layout, rates);
        star.run();
        double fluid = layout.totalBytes() / RATE;
        for (int leech = 1; leech < 8; leech++) {
            assertThat(star.secondsOf(leech)).isLessThan(1.25 * fluid);
        }
    }

    /** The seed and a part of the leeches in the first zone, the others in further ones, with links of a quarter of a node's rate. */
    private static SimulatedStar zones(PieceLayout layout, int zones, int leechesPerZone) {
        int[] zoneOf = new int[1 + zones * leechesPerZone];
        for (int leech = 1; leech < zoneOf.length; leech++) {
            zoneOf[leech] = (leech - 1) / leechesPerZone;
        }
        return new SimulatedStar(layout, zoneOf, RATE / 4, rates(zones * leechesPerZone));
    }

    @ParameterizedTest
    @CsvSource({"2, 2, 64", "3, 4, 128", "3, 4, 31", "3, 4, 32", "3, 4, 64"})
    void aPieceEntersEachZoneOnceAndTheLinksBetweenZonesAreUsed(int zones, int leechesPerZone, int pieces) {
        PieceLayout layout = new PieceLayout((long) pieces * MIB, MIB);
        SimulatedStar star = zones(layout, zones, leechesPerZone);
        star.run();
        assertThat(star.betweenZones())
                .isBetween((zones - 1) * layout.totalBytes(), (long) ((zones - 1) * 1.05 * layout.totalBytes()));
        assertThat(star.slowestSeconds()).isLessThan(1.7 * layout.totalBytes() / (RATE / 4));
    }

    @Test
    void aNodeThatLeavesWhileItBringsPiecesIntoItsZoneIsReplaced() {
        PieceLayout layout = new PieceLayout(64L * MIB, MIB);
        SimulatedStar star = zones(layout, 3, 4);
        star.runFor(Duration.ofSeconds(3));
        star.leaves(5);
        star.leaves(9);
        star.run();
        assertThat(star.betweenZones()).isLessThan((long) (2.5 * layout.totalBytes()));
    }

    @Test
    void leechesThatLeaveWithPiecesThatNobodyElseHasTakeNothingAway() {
        PieceLayout layout = new PieceLayout(64L * MIB, MIB);
        SimulatedStar star = new SimulatedStar(layout, rates(6));
        star.runFor(Duration.ofSeconds(2));
        star.leaves(2);
        star.runFor(Duration.ofSeconds(1));
        star.leaves(5);
        star.run();
        assertThat(star.slowestSeconds()).isLessThan(1.5 * layout.totalBytes() / RATE);
    }
}
