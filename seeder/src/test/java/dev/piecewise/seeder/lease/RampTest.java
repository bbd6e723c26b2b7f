package dev.piecewise.seeder.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.seeder.cluster.Eventually;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RampTest {
    private static final ArtifactId ID = new ArtifactId("ab".repeat(32));

    private final AtomicLong now = new AtomicLong(-5);
    private final Ramp ramp = new Ramp(3, now::get);

    private CompletableFuture<Void> enter() {
        CompletableFuture<Void> entered = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                ramp.entered(ID);
                entered.complete(null);
            } catch (InterruptedException e) {
                entered.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        Eventually.await(
                "it entered or waits", () -> entered.isDone() || thread.getState() == Thread.State.TIMED_WAITING);
        return entered;
    }

    @Test
    void theFirstReadsBeginWithTheNextPieceOrAMomentLaterAllOthersAtOnce() {
        assertThat(enter()).isDone();
        CompletableFuture<Void> second = enter();
        CompletableFuture<Void> third = enter();
        assertThat(second).isNotDone();
        ramp.piece(ID);
        Eventually.await("the second", second::isDone);
        assertThat(third).isNotDone();
        now.addAndGet(1_000_000_000);
        Eventually.await("the third", third::isDone);
        assertThat(enter()).as("as many as there may be begun").isDone();
    }

    @Test
    void whoWasAloneAndLeftBeginsAnew() {
        assertThat(enter()).isDone();
        ramp.left(ID);
        assertThat(enter()).isDone();
        assertThat(enter()).isNotDone();
    }
}
