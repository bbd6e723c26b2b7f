package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LaneTest {
    @Test
    void aTorrentWhoseDiskHangsLeavesAWorkerForTheOthers() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch hung = new CountDownLatch(5);
        CountDownLatch others = new CountDownLatch(5);
        try (Workers workers = new Workers(3)) {
            Lane slow = new Lane(workers, 2);
            Lane quick = new Lane(workers, 2);
            for (int i = 0; i < 5; i++) {
                slow.execute(bench -> {
                    awaitQuietly(hanging);
                    hung.countDown();
                });
                quick.execute(bench -> others.countDown());
            }
            assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(hung.getCount()).isEqualTo(5);
            hanging.countDown();
            assertThat(hung.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
