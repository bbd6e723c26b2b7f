package dev.piecewise.tracker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.PieceLayout;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectSpansTest {
    private final ObjectSpans spans = new ObjectSpans(new PieceLayout(25, 10), List.of(3L, 0L, 9L, 13L));

    @Test
    void aPieceCoversTheObjectsItTouchesAndNoEmptyOnes() {
        assertThat(spans.of(0, 1)).containsExactly(new Span(0, 0, 3), new Span(2, 0, 7));
        assertThat(spans.of(1, 1)).containsExactly(new Span(2, 7, 9), new Span(3, 0, 8));
        assertThat(spans.of(2, 1)).containsExactly(new Span(3, 8, 13));
        assertThat(spans.of(0, 3)).containsExactly(new Span(0, 0, 3), new Span(2, 0, 9), new Span(3, 0, 13));
    }

    @Test
    void aRunGoesOnUntilItsLastReadIsLongEnoughTooButNotForever() {
        ObjectSpans two = new ObjectSpans(new PieceLayout(100, 10), List.of(15L, 85L));
        PieceLedger ledger = new PieceLedger(two, List.of(new VersionBytes(), new VersionBytes()), 18);
        assertThat(ledger.next(new BitSet())).isEqualTo(Optional.of(new Run(0, 4)));
    }
}
