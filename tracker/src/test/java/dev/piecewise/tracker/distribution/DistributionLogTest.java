package dev.piecewise.tracker.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.Distribution.Part;
import dev.piecewise.trackerclient.api.Distribution.Term;
import dev.piecewise.trackerclient.api.TransferReport;
import dev.piecewise.trackerclient.api.TransferReport.LinkRate;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An artifact of 1000 MB; all that is reported is reported at 100 s. */
class DistributionLogTest {
    private static final long MB = 1_000_000;
    private static final long SIZE = 1000 * MB;
    private static final double NOW = 100;
    private static final Offset<Double> EXACT = within(1e-6);

    private final DistributionLog log = new DistributionLog();

    /** What a process says, with defaults: idle, link unknown. */
    private static final class Said {
        private @Nullable Double asked;
        private @Nullable Double took;
        private boolean gaveUp;
        private long received;
        private long sent;
        private long duplicate;
        private long refused;
        private long peakReceived;
        private long peakSent;
        private double moving;
        private double cpu;
        private @Nullable Double machine;
        private double disk;
        private @Nullable LinkRate download;
        private @Nullable LinkRate upload;
        private TransferReport.@Nullable FromPlaces fromPlaces;

        static Said seeder() {
            return new Said();
        }

        /** @param at seconds on the tracker's clock */
        static Said asked(double at) {
            Said said = new Said();
            said.asked = NOW - at;
            return said;
        }

        Said took(double seconds) {
            took = seconds;
            received = SIZE;
            moving = seconds;
            return this;
        }

        Said received(long bytes, long peak) {
            received = bytes;
            peakReceived = peak;
            return this;
        }

        Said sent(long bytes, long peak) {
            sent = bytes;
            peakSent = peak;
            return this;
        }

        Said gaveUp() {
            gaveUp = true;
            return this;
        }

        Said inVain(long twice, long bad) {
            duplicate = twice;
            refused = bad;
            return this;
        }

        Said busy(double seconds, double ofCpu, @Nullable Double ofMachine, double ofDisk) {
            moving = seconds;
            cpu = ofCpu;
            machine = ofMachine;
            disk = ofDisk;
            return this;
        }

        Said from(long sameRack, long sameZone, long otherZone) {
            fromPlaces = new TransferReport.FromPlaces(sameRack, sameZone, otherZone);
            return this;
        }

        Said download(long rate) {
            download = new LinkRate(rate, LinkRate.LIMIT);
            return this;
        }

        Said upload(long rate) {
            upload = new LinkRate(rate, LinkRate.LINK);
            return this;
        }

        TransferReport report() {
            return new TransferReport(
                    asked,
                    took,
                    gaveUp,
                    received,
                    sent,
                    duplicate,
                    refused,
                    peakReceived,
                    peakSent,
                    moving,
                    cpu,
                    machine,
                    disk,
                    download,
                    upload,
                    fromPlaces);
        }
    }

    @Test
    void whatNodesReceivedIsSummedUpByDistance() {
        node("a", Said.asked(0).took(10).from(1, 20, 300));
        node("b", Said.asked(0).took(11).from(5, 0, 7));
        node("unlabelled", Said.asked(0).took(11));
        assertThat(now().fromPlaces()).isEqualTo(new TransferReport.FromPlaces(6, 20, 307));
    }

    private void node(String id, Said said) {
        log.reported(id, "node", "10.0.0.1", said.report(), nanos(NOW));
    }

    private void seeder(Said said) {
        log.reported("seeder", "seeder", "10.0.0.9", said.report(), nanos(NOW));
    }

    private void readFromOrigin(double from, double to) {
        log.leased("seeder", 0, 1, nanos(from));
        log.leased("seeder", SIZE, 0, nanos(to));
    }

    private Distribution now() {
        return at(NOW);
    }

    private Distribution at(double seconds) {
        return log.distribution("id", SIZE, 11, 22, nanos(seconds));
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }

    private static Term term(Distribution distribution, String limit) {
        return distribution.terms().stream()
                .filter(term -> term.limit().equals(limit))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSlowNodesLinkBindsAndGivesTheBound() {
        seeder(Said.seeder().upload(100 * MB).sent(2 * SIZE, 90 * MB));
        node("a", Said.asked(10).took(11).received(SIZE, 95 * MB).download(100 * MB));
        node("b", Said.asked(10).took(42).received(SIZE, 30 * MB).download(25 * MB));

        Distribution distribution = now();

        assertThat(distribution.binds()).isEqualTo("node link");
        assertThat(distribution.seconds()).isCloseTo(42, EXACT);
        assertThat(distribution.boundSeconds()).isCloseTo(40, EXACT);
        assertThat(distribution.ratio()).isCloseTo(1.05, EXACT);
        assertThat(distribution.terms().get(0).nodeId()).isEqualTo("b");
        assertThat(distribution.terms().get(0).basis()).isEqualTo("limit");
    }

    @Test
    void aSlowSeederBindsThoughTheNodesWereSeenReceivingNoFaster() {
        seeder(Said.seeder().upload(20 * MB).sent(SIZE, 20 * MB));
        node("a", Said.asked(10).took(57).received(SIZE, 18 * MB));
        node("b", Said.asked(10).took(53).received(SIZE, 19 * MB));

        Distribution distribution = now();

        assertThat(distribution.binds()).isEqualTo("seeder");
        assertThat(distribution.boundSeconds()).isCloseTo(50, EXACT);
        assertThat(term(distribution, "seeder").seconds()).isCloseTo(50, EXACT);
        assertThat(term(distribution, "node link").basis()).isEqualTo("seen");
    }

    @Test
    void theUploadsOfAllBindWhenNodesCannotPassOnEnough() {
        seeder(Said.seeder().upload(50 * MB));
        for (int i = 0; i < 9; i++) {
            node("n" + i, Said.asked(10).took(70).download(100 * MB).upload(MB * 100 / 9));
        }

        Distribution distribution = now();

        assertThat(distribution.binds()).isEqualTo("node link");
        assertThat(distribution.boundSeconds()).isCloseTo(60, within(1e-3));
        assertThat(distribution.terms().get(0).text()).contains("uploads of all 10");
    }

    @Test
    void theOriginBindsWhenReadingItTookLongest() {
        readFromOrigin(12, 52);
        seeder(Said.seeder().sent(SIZE, 300 * MB).busy(45, 0.3, 0.4, 0.1));
        node("a", Said.asked(10).took(46).received(SIZE, 300 * MB));

        Distribution distribution = now();

        assertThat(distribution.binds()).isEqualTo("origin");
        assertThat(term(distribution, "origin").seconds()).isCloseTo(40, EXACT);
        assertThat(term(distribution, "origin").bytesPerSecond()).isEqualTo(25 * MB);
        assertThat(distribution.parts().get(1).originBytes()).isEqualTo(SIZE);
    }

    @Test
    void whoeverReadsTheOriginWithItsProcessorsBusyIsWhatBinds() {
        readFromOrigin(12, 52);
        seeder(Said.seeder().sent(SIZE, 300 * MB).busy(44, 0.5, 0.97, 0.4));
        node("a", Said.asked(10).took(46).received(SIZE, 300 * MB));

        assertThat(now().binds()).isEqualTo("cpu");
    }

    @Test
    void readingBeforeAnybodyAskedIsNoTermOfTheBound() {
        readFromOrigin(12, 52);
        seeder(Said.seeder());
        node("a", Said.asked(60).took(10).received(SIZE, 100 * MB));

        assertThat(now().terms()).extracting(Term::limit).doesNotContain("origin");
    }

    @Test
    void busyProcessorsBind() {
        node("a", Said.asked(10).took(20).received(SIZE, 90 * MB).busy(19, 0.45, 0.96, 0.9));

        Distribution distribution = now();

        assertThat(distribution.binds()).isEqualTo("cpu");
        assertThat(term(distribution, "cpu").share()).isEqualTo(0.96);
    }

    @Test
    void aLimitThatIsReachedBindsThoughOthersKeepTheProcessorsBusy() {
        node("a", Said.asked(10).took(20).download(51 * MB).busy(20, 0.05, 0.99, 0));

        assertThat(now().binds()).isEqualTo("node link");
    }

    @Test
    void aDiskThatIsAlwaysWrittenToBindsUnlessTheProcessorsAreBusyToo() {
        node("a", Said.asked(10).took(20).received(SIZE, 90 * MB).busy(20, 0.2, 0.3, 0.95));

        Distribution distribution = now();

        assertThat(distribution.binds()).isEqualTo("disk");
        assertThat(distribution.boundSeconds()).isCloseTo(19, EXACT);
    }

    @Test
    void whatWasOnlySeenIsNeverNamed() {
        seeder(Said.seeder().sent(SIZE, 52 * MB).busy(20, 0.1, 0.2, 0));
        node("a", Said.asked(10).took(20).received(SIZE, 51 * MB).busy(20, 0.1, 0.2, 0.1));

        Distribution distribution = now();

        assertThat(distribution.binds()).isEqualTo(Distribution.UNKNOWN);
        assertThat(distribution.why()).contains("only what was seen");
        assertThat(distribution.ratio()).isCloseTo(1.02, within(1e-3));
    }

    @Test
    void aKnownLimitThatAccountsForLittleOfTheTimeIsNotNamed() {
        node("a", Said.asked(10).took(80).download(100 * MB).received(SIZE, 0).busy(3, 0.1, null, 0.1));

        Distribution distribution = now();

        assertThat(distribution.boundSeconds()).isCloseTo(10, EXACT);
        assertThat(distribution.binds()).isEqualTo(Distribution.UNKNOWN);
        assertThat(distribution.why()).contains("node link", "10.00 s of 80.00 s");
    }

    @Test
    void whoTookHalfAsLongAgainAsTheMedianStraggles() {
        node("a", Said.asked(10).took(10));
        node("b", Said.asked(10).took(12));
        node("c", Said.asked(12).took(10));
        node("slow", Said.asked(10).took(30).busy(29, 0.1, 0.2, 0.95));
        node("slower", Said.asked(10).took(40).download(27 * MB));

        Distribution distribution = now();

        assertThat(distribution.medianSeconds()).isCloseTo(12, EXACT);
        assertThat(distribution.stragglers()).isEqualTo(2);
        assertThat(distribution.parts()).extracting(Part::nodeId).startsWith("slower", "slow");
        assertThat(distribution.parts()).extracting(Part::limit).startsWith("node link", "disk");
        assertThat(distribution.parts()).extracting(Part::straggler).containsExactly(true, true, false, false, false);
    }

    @Test
    void whoIsStillFetchingLongAfterTheOthersStraggles() {
        node("a", Said.asked(10).took(10));
        node("b", Said.asked(10).took(11));
        node("late", Said.asked(10).received(SIZE / 2, 10 * MB));

        Distribution soon = at(100);

        assertThat(soon.seconds()).isCloseTo(90, EXACT);
        assertThat(soon.complete()).isEqualTo(2);
        assertThat(soon.parts().get(0).nodeId()).isEqualTo("late");
        assertThat(soon.parts().get(0).straggler()).isTrue();
        assertThat(soon.parts().get(0).state()).isEqualTo("fetching");
    }

    @Test
    void aFewMillisecondsAreNoStraggling() {
        node("a", Said.asked(10).took(0.1));
        node("b", Said.asked(10).took(0.1));
        node("c", Said.asked(10).took(0.3));

        assertThat(now().stragglers()).isZero();
    }

    @Test
    void oneNodeAloneIsADistribution() {
        node("a", Said.asked(10).took(25).download(50 * MB));

        Distribution distribution = now();

        assertThat(distribution.nodes()).isEqualTo(1);
        assertThat(distribution.binds()).isEqualTo("node link");
        assertThat(distribution.stragglers()).isZero();
        assertThat(term(distribution, "seeder").basis()).isEqualTo(Distribution.UNKNOWN);
    }

    @Test
    void anArtifactWithoutBytesHasNoTime() {
        Distribution distribution = log.distribution("id", 0, 0, 0, nanos(NOW));

        assertThat(distribution.seconds()).isNull();
        assertThat(distribution.why()).contains("no bytes");
    }

    @Test
    void seedersAloneAreNoDistribution() {
        seeder(Said.seeder().sent(SIZE, MB));
        node("had it", Said.asked(50).took(0));

        assertThat(now().seconds()).isNull();
        assertThat(now().nodes()).isZero();
    }

    @Test
    void aNodeThatDiedIsToldButDoesNotProlongTheTime() {
        node("a", Said.asked(10).took(20));
        log.reported("dead", "node", "", Said.asked(90).report(), nanos(20)); // at 20 s asked 10 s ago
        log.gone("dead", nanos(60));

        Distribution distribution = now();

        assertThat(distribution.seconds()).isCloseTo(20, EXACT);
        assertThat(distribution.left()).isEqualTo(1);
        assertThat(distribution.parts()).extracting(Part::state).containsExactlyInAnyOrder("complete", "left");
        assertThat(distribution.stragglers()).isZero();
    }

    @Test
    void aNodeThatIsGoneAfterItWasDoneCountsForAnHour() {
        node("a", Said.asked(10).took(20));
        log.gone("a", nanos(101));

        assertThat(at(200).complete()).isEqualTo(1);
        assertThat(at(101 + 3601).nodes()).isZero();
    }

    @Test
    void whoGaveUpHasLeft() {
        node("a", Said.asked(10).gaveUp());
        node("b", Said.asked(10).took(20));

        assertThat(now().left()).isEqualTo(1);
        assertThat(now().complete()).isEqualTo(1);
    }

    @Test
    void aFetchThatBeganAfterAllOthersEndedIsADistributionOfItsOwn() {
        node("a", Said.asked(10).took(20).sent(SIZE, 60 * MB).busy(20, 0.99, 0.99, 0));
        node("b", Said.asked(15).took(20));
        node("later", Said.asked(70).took(15).received(SIZE, 80 * MB).busy(14, 0.2, 0.2, 0));

        Distribution distribution = now();

        assertThat(distribution.nodes()).isEqualTo(1);
        assertThat(distribution.earlierNodes()).isEqualTo(2);
        assertThat(distribution.seconds()).isCloseTo(15, EXACT);
        assertThat(distribution.binds()).as("what kept others busy before").isNotEqualTo("cpu");
        assertThat(distribution.parts())
                .extracting(Part::state)
                .startsWith("complete")
                .contains("seeding");
    }

    @Test
    void whatMovedInVainIsSummedUp() {
        node("a", Said.asked(10).took(20).inVain(3, 100));
        node("b", Said.asked(10).took(20).inVain(4, 0));

        assertThat(now().waste()).isEqualTo(new Distribution.Waste(7, 100, 11, 22));
    }

    @Test
    void leasesThatFollowEachOtherAreOneReading() {
        log.leased("seeder", 0, 1, nanos(10));
        log.leased("seeder", SIZE / 2, 0, nanos(20));
        log.leased("seeder", SIZE / 2, 1, nanos(20.1));
        log.leased("seeder", SIZE, 0, nanos(30));
        node("a", Said.asked(5).took(30));

        Term origin = term(now(), "origin");

        assertThat(origin.seconds()).isCloseTo(20, EXACT);
        assertThat(origin.bytesPerSecond()).isEqualTo(50 * MB);
    }

    @Test
    void whatIsRememberedIsBounded() {
        for (int i = 0; i < 3_000; i++) {
            node("n" + i, Said.asked(10).took(20));
            log.gone("n" + i, nanos(NOW));
        }

        Distribution distribution = now();

        assertThat(distribution.nodes()).isBetween(400, 1_000);
        assertThat(distribution.parts()).hasSize(Distribution.MOST_PARTS);
    }
}
