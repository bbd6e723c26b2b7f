package dev.piecewise.seeder.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.trackerclient.api.TransferReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransfersTest {
    private static final int PIECE = 16 * 1024;
    private static final ArtifactId ID = new ArtifactId("cd".repeat(32));
    private static final ArtifactContent CONTENT =
            new ArtifactContent("f", true, List.of(new FileEntry("f", 2L * PIECE)), new PieceLayout(2L * PIECE, PIECE));
    private static final Offset<Double> EXACT = within(1e-9);

    @TempDir
    private Path directory;

    private DataDirectory data;
    private StoredArtifact artifact;
    private long nanos = 5_000_000_000L;
    private long processNanos = 77;
    private long machineBusy;
    private long machineTotal;
    private Swarm.Stats stats = new Swarm.Stats(0, 0, 0, 0, 0, 0, 0, Swarm.FromPlaces.NONE);

    private final Transfers transfers = new Transfers(
            new ProcessLoad() {
                @Override
                public long processNanos() {
                    return processNanos;
                }

                @Override
                public int processors() {
                    return 4;
                }

                @Override
                public Optional<Ticks> machine() {
                    return Optional.of(new Ticks(machineBusy, machineTotal));
                }
            },
            LinkSpeed.UNKNOWN,
            () -> nanos);

    private static Swarm swarm(Supplier<Swarm.Stats> stats) {
        return new Swarm() {
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
            public int port() {
                return 1;
            }

            @Override
            public Stats stats() {
                return stats.get();
            }

            @Override
            public CompletionStage<Void> failure() {
                return new CompletableFuture<>();
            }

            @Override
            public void close() {}
        };
    }

    @BeforeEach
    void open() {
        data = DataDirectory.open(directory);
        artifact = data.artifact(ID, CONTENT);
        transfers.add(artifact);
        transfers.joined(ID, swarm(() -> stats));
    }

    @AfterEach
    void close() {
        data.close();
    }

    private TransferReport report() {
        return Objects.requireNonNull(transfers.report(ID));
    }

    /** So much time passes, in which so much is received and sent and the processors work. */
    private void pass(Duration time, long received, long sent, double cpuShare, int machinePercent) {
        nanos += time.toNanos();
        processNanos += Math.round(time.toNanos() * 4 * cpuShare);
        machineBusy += time.toMillis() * machinePercent;
        machineTotal += time.toMillis() * 100;
        stats = new Swarm.Stats(
                1, stats.downloadedBytes() + received, stats.uploadedBytes() + sent, 0, 0, 0, 0, Swarm.FromPlaces.NONE);
    }

    private void hold(int piece) {
        artifact.write((long) piece * PIECE, ByteBuffer.allocate(PIECE));
        artifact.markHeld(piece);
    }

    @Test
    void aFetchIsTimedFromTheFirstAskToTheLastPiece() {
        transfers.asked(ID, nanos);
        pass(Duration.ofSeconds(2), 1, 0, 0, 0);
        transfers.asked(ID, nanos);
        hold(0);
        assertThat(report().tookSeconds()).isNull();
        pass(Duration.ofSeconds(3), 1, 0, 0, 0);
        hold(1);
        pass(Duration.ofSeconds(4), 0, 9, 0, 0);
        assertThat(report().tookSeconds()).isCloseTo(5, EXACT);
        assertThat(report().askedSecondsAgo()).isCloseTo(9, EXACT);
    }

    @Test
    void whoAsksForWhatIsThereWaitsForNothing() {
        hold(0);
        hold(1);
        pass(Duration.ofSeconds(2), 0, 0, 0, 0);
        transfers.asked(ID, nanos);
        pass(Duration.ofSeconds(2), 0, 0, 0, 0);
        assertThat(report().tookSeconds()).isZero();
    }

    @Test
    void onlyTheTimeInWhichBytesMovedCounts() {
        pass(Duration.ofSeconds(10), 0, 0, 0.9, 90);
        assertThat(report().movingSeconds()).isZero();
        pass(Duration.ofSeconds(1), 100, 0, 0.5, 60);
        assertThat(report().movingSeconds()).isCloseTo(1, EXACT);
        pass(Duration.ofSeconds(10), 0, 0, 0.9, 90);
        assertThat(report().cpuShare()).isCloseTo(0.5, EXACT);
        assertThat(report().machineShare()).isCloseTo(0.6, EXACT);
    }

    @Test
    void thePeakIsTheBestSecond() {
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofMillis(200), i == 11 ? 5_000 : 100, 10, 0, 0);
            report();
        }
        assertThat(report().peakReceived()).isEqualTo(5_400);
        assertThat(report().peakSent()).isEqualTo(50);
    }

    @Test
    void aTransferOfLessThanASecondPeaksAtItsAverage() {
        pass(Duration.ofMillis(100), 1_000, 0, 0, 0);
        assertThat(report().peakReceived()).isEqualTo(10_000);
    }

    @Test
    void whatSeveralSwarmsMovedIsSummedUp() {
        pass(Duration.ofSeconds(1), 100, 7, 0, 0);
        transfers.joined(ID, swarm(() -> new Swarm.Stats(0, 3, 0, 0, 0, 0, 0, Swarm.FromPlaces.NONE)));
        assertThat(report().receivedBytes()).isEqualTo(103);
        assertThat(report().sentBytes()).isEqualTo(7);
    }

    @Test
    void onlyWhatChangedIsToldAgain() {
        assertThat(transfers.untold()).hasSize(1);
        transfers.told(transfers.untold());
        pass(Duration.ofSeconds(1), 0, 0, 0.5, 50);
        assertThat(transfers.untold()).isEmpty();
        pass(Duration.ofSeconds(1), 0, 1, 0, 0);
        assertThat(transfers.untold()).hasSize(1);
        transfers.told(transfers.untold());
        transfers.tellAgain();
        assertThat(transfers.untold()).hasSize(1);
    }

    @Test
    void whatWasGivenUpAndAskedForAgainIsANewFetch() {
        transfers.asked(ID, nanos);
        pass(Duration.ofSeconds(5), 10, 0, 0, 0);
        transfers.gaveUp(ID);
        assertThat(report().gaveUp()).isTrue();
        transfers.add(artifact);
        assertThat(report().gaveUp()).isFalse();
        assertThat(report().askedSecondsAgo()).isNull();
        transfers.forget(ID);
        assertThat(transfers.report(ID)).isNotNull();
    }

    @Test
    void theMachinesLoadLeavesOutIdleAndWaiting() {
        assertThat(ProcessLoad.ticks("cpu  10 20 30 400 500 6 7 8 9 10")).contains(new ProcessLoad.Ticks(81, 981));
        assertThat(ProcessLoad.ticks("cpu0 1 2 3 4")).isEmpty();
        assertThat(ProcessLoad.ticks(null)).isEmpty();
        assertThat(ProcessLoad.ticks("cpu a b")).isEmpty();
    }

    @Test
    void onlyACardThatIsThereHasASpeed() throws IOException {
        Path card = Files.createDirectory(directory.resolve("eth0"));
        Files.writeString(card.resolve("speed"), "10000\n");
        assertThat(LinkSpeed.bytesPerSecond(card)).as("a veth").isEmpty();
        Files.createDirectory(card.resolve("device"));
        assertThat(LinkSpeed.bytesPerSecond(card)).isEqualTo(OptionalLong.of(1_250_000_000));
        Files.writeString(card.resolve("speed"), "-1\n");
        assertThat(LinkSpeed.bytesPerSecond(card)).as("a virtual card").isEmpty();
    }
}
