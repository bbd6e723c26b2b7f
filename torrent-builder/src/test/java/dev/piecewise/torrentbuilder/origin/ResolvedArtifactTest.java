package dev.piecewise.torrentbuilder.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResolvedArtifactTest {
    private static final PieceLength LENGTH = PieceLength.auto(0);
    private static final ResolvedArtifact PREFIX = new ResolvedArtifact(
            ArtifactUri.parse("s3://b/p/"),
            "http://s3",
            false,
            Stream.of("a.bin", "a.json", "d/b.json")
                    .map(path -> new OriginObject("p/" + path, new VersionedEntry(path, 5, "\"v\"")))
                    .toList(),
            List.of("void"));

    private static Selection including(String... patterns) {
        return Selection.parse(List.of(patterns), List.of());
    }

    @Test
    void anArtifactIsWhatItsPatternsLeaveAndNotThePatterns() {
        ResolvedArtifact json = PREFIX.selected(including("*.json"));

        assertThat(json.objects()).extracting(OriginObject::key).containsExactly("p/a.json", "p/d/b.json");
        assertThat(json.directories()).containsExactly("void");
        assertThat(json.id(LENGTH))
                .isEqualTo(PREFIX.selected(including("/a.json", "d/")).id(LENGTH))
                .isNotEqualTo(PREFIX.id(LENGTH));
        assertThat(json.version()).isNotEqualTo(PREFIX.version());
        assertThat(PREFIX.selected(including("**")).id(LENGTH)).isEqualTo(PREFIX.id(LENGTH));
        assertThat(PREFIX.selected(Selection.ALL)).isSameAs(PREFIX);
    }

    @Test
    void patternsThatLeaveNothingAreNamed() {
        assertThatThrownBy(() -> PREFIX.selected(Selection.parse(List.of("*.json"), List.of("a*", "d/"))))
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessage(
                        "of the 3 files below s3://b/p/ none is selected by include *.json; exclude a*, d/; patterns are"
                                + " compared with what follows s3://b/p/");
    }

    @Test
    void anObjectHasNoFilesToChooseFrom() {
        ResolvedArtifact object = ResolvedArtifact.object(
                ArtifactUri.parse("s3://b/k"), "http://s3", new OriginObject("k", new VersionedEntry("k", 5, "\"v\"")));

        assertThatThrownBy(() -> object.selected(including("*")))
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.USAGE));
    }
}
