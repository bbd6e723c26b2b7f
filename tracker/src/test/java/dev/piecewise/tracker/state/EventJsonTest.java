package dev.piecewise.tracker.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventJsonTest {
    /** As they stand in files of the releases before checksums. */
    @Test
    void eventsWithoutChecksumsAreRead() {
        assertThat(
                        EventJson.parse(
                                """
                        {"is":"ArtifactAdded","event":{"id":"i","uri":"s3://b/k","endpoint":"e","profile":"default",\
                        "singleFile":true,"objects":[{"key":"k","path":"k","sizeBytes":5,"version":"v"}],"directories":[],\
                        "pieceBytes":16384,"privateTorrent":true,"ranged":true}}"""))
                .isInstanceOfSatisfying(Event.ArtifactAdded.class, added -> assertThat(added.objects())
                        .containsExactly(new Event.ObjectVersion("k", "k", 5, "v", null, null)));
        assertThat(
                        EventJson.parse(
                                """
                        {"is":"Reported","event":{"id":"i","fence":7,"bytesRead":5,"fromHolders":0,"piece":0,"sha1":"ab"}}"""))
                .isEqualTo(new Event.Reported("i", 7, 5, 0L, 0, "ab", null));
        assertThat(
                        EventJson.parse(
                                """
                        {"is":"LedgerSet","event":{"id":"i","ledger":{"pieces":[{"sha1":"ab","fence":7,"reads":[]}],"live":[],\
                        "originBytes":5,"holderBytes":0,"wastedBytes":0,"rereadBytes":0,"rereadPieces":0}}}"""))
                .isInstanceOfSatisfying(Event.LedgerSet.class, set -> {
                    assertThat(set.ledger().pieces().get(0).checksums()).isNull();
                    assertThat(set.published()).isNull();
                });
    }
}
