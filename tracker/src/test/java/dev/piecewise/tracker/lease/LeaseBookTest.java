package dev.piecewise.tracker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.tracker.ledger.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
    private final LeaseBook book = new LeaseBook();

    private static Lease lease(long fence) {
        return new Lease(new ArtifactId("0".repeat(64)), fence, "n", new Run(0, 1), List.of(), 0);
    }

    @Test
    void onlyWhatWasNotRenewedExpires() {
        long start = Long.MAX_VALUE - 5; // the clock may turn over
        book.add(lease(1), start);
        book.add(lease(2), start);
        book.add(lease(3), start + 1);
        book.renew(1, start + 10);
        book.renew(9, start + 10);
        assertThat(book.expired(start - 1)).isEmpty();
        assertThat(book.expired(start)).containsExactly(lease(2));
        assertThat(book.expired(start + 9)).containsExactly(lease(2), lease(3));
        assertThat(book.expired(start + 10)).containsExactly(lease(2), lease(3), lease(1));
        assertThat(book.secondsLeft(1, start)).isEqualTo(1e-8);
        book.remove(2);
        assertThat(book.expired(start + 9)).containsExactly(lease(3));
        assertThat(book.find(9)).isEmpty();
    }
}
