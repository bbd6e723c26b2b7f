package dev.piecewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.Place.Distance;
import org.junit.jupiter.api.Test;

class PlaceTest {
    private static final Place RACK = new Place("a", "r1");

    @Test
    void distanceIsByTheLabelsThatBothHave() {
        assertThat(RACK.to(new Place("a", "r1"))).isEqualTo(Distance.SAME_RACK);
        assertThat(RACK.to(new Place("a", "r2"))).isEqualTo(Distance.SAME_ZONE);
        assertThat(RACK.to(new Place("a", ""))).isEqualTo(Distance.SAME_ZONE);
        assertThat(new Place("a", "").to(new Place("a", ""))).isEqualTo(Distance.SAME_ZONE);
        assertThat(RACK.to(new Place("b", "r1"))).isEqualTo(Distance.OTHER_ZONE);
        assertThat(RACK.to(Place.UNKNOWN)).isEqualTo(Distance.UNKNOWN);
        assertThat(Place.UNKNOWN.to(Place.UNKNOWN)).isEqualTo(Distance.UNKNOWN);
    }

    @Test
    void aLabelIsAWordAndARackStandsInAZone() {
        assertThatThrownBy(() -> new Place("a b", "")).hasMessageContaining("up to 64");
        assertThatThrownBy(() -> new Place("a".repeat(65), "")).hasMessageContaining("up to 64");
        assertThatThrownBy(() -> new Place("", "r")).hasMessageContaining("give the zone");
    }
}
