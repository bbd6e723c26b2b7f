package dev.piecewise.seeder.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.trackerclient.api.NodeReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SelfReportTest {
    private static final long SECOND = 1_000_000_000L;

    private long nanos = -SECOND;
    private long processNanos;
    private SelfReport.Traffic traffic = new SelfReport.Traffic(100, 50);
    private long originBytes;
    private final ProcessLoad load = new ProcessLoad() {
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
            return Optional.of(new Ticks(processNanos / 2, processNanos));
        }
    };
    private final ProcessMemory memory = new ProcessMemory() {
        @Override
        public long residentBytes() {
            return 42;
        }

        @Override
        public Long machineBytes() {
            return 4200L;
        }
    };
    private final SelfReport self = new SelfReport(
            load, memory, () -> traffic, () -> originBytes, () -> Optional.of(new Store.Space(7, 8)), () -> nanos);

    @Test
    void ratesAreThoseSinceTheReportBefore() {
        nanos += 2 * SECOND;
        processNanos += 3 * SECOND;
        traffic = new SelfReport.Traffic(300, 50);
        originBytes = 1000;
        self.sentOverHttp(10);
        NodeReport first = self.next();
        assertThat(first.cpu()).isCloseTo(1.5, within(1e-9));
        assertThat(first.processors()).isEqualTo(4);
        assertThat(first.machineShare()).isCloseTo(0.5, within(1e-9));
        assertThat(first.memoryBytes()).isEqualTo(42);
        assertThat(first.fromPeers()).isEqualTo(new NodeReport.Flow(300, 100));
        assertThat(first.toPeers()).isEqualTo(new NodeReport.Flow(50, 0));
        assertThat(first.fromOrigin()).isEqualTo(new NodeReport.Flow(1000, 500));
        assertThat(first.overHttp()).isEqualTo(new NodeReport.Flow(10, 5));
        assertThat(first.disk()).isEqualTo(new NodeReport.Disk(7, 8L));
        nanos += SECOND;
        NodeReport second = self.next();
        assertThat(second.cpu()).isZero();
        assertThat(second.machineShare()).isNull();
        assertThat(second.fromPeers()).isEqualTo(new NodeReport.Flow(300, 0));
    }

    @Test
    void anArchiveIsToldOfWhileItIsUnpacked() {
        try (Unpacking unpacking = self.unpacking("a.tar", 100)) {
            unpacking.progress(60);
            assertThat(self.next().unpacking()).containsExactly(new NodeReport.Unpacking("a.tar", 60, 100));
        }
        assertThat(self.next().unpacking()).isEmpty();
    }

    @Test
    void residentMemoryIsReadFromProc(@TempDir Path directory) throws IOException {
        Path status = Files.writeString(directory.resolve("status"), "Name:\tjava\nVmRSS:\t  1234 kB\nThreads:\t9\n");
        assertThat(ProcessMemory.resident(status)).hasValue(1234 * 1024);
        assertThat(ProcessMemory.resident(directory.resolve("absent"))).isEmpty();
    }
}
