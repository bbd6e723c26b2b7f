package dev.piecewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class VocabularyTest {
    @Property
    void piecesTileTheArtifact(
            @ForAll @LongRange(min = 0, max = 1L << 40) long totalBytes,
            @ForAll @IntRange(min = 1, max = 32) int blocks) {
        PieceLayout layout = new PieceLayout(totalBytes, blocks * (1 << 22));
        long covered = 0;
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            assertThat(layout.offsetOf(piece)).isEqualTo(covered);
            assertThat(layout.pieceAt(covered)).isEqualTo(piece);
            covered += layout.lengthOf(piece);
            assertThat(layout.pieceAt(covered - 1)).isEqualTo(piece);
            piece += layout.pieceCount() > 1000 && piece < layout.pieceCount() - 3 ? skip(layout, piece) : 0;
            covered = layout.offsetOf(piece) + layout.lengthOf(piece);
        }
        assertThat(covered).isEqualTo(totalBytes);
        assertThat(layout.contains(layout.pieceCount())).isFalse();
        assertThat(layout.contains(-1)).isFalse();
    }

    private static int skip(PieceLayout layout, int piece) {
        return Math.min(997, layout.pieceCount() - 3 - piece);
    }

    @Example
    void theLastPieceIsShort() {
        assertThat(new PieceLayout(16385, 16384).lengthOf(1)).isEqualTo(1);
        assertThat(new PieceLayout(16384, 16384).pieceCount()).isEqualTo(1);
        assertThat(new PieceLayout(0, 16384).pieceCount()).isZero();
        assertThatThrownBy(() -> new PieceLayout(1L << 50, 16384)).isInstanceOf(IllegalArgumentException.class);
    }

    @Example
    void autoIsTheSmallestPowerOfTwoOfAFourHundredth() {
        assertThat(PieceLength.auto(0).bytes()).isEqualTo(256 * 1024);
        assertThat(PieceLength.auto(400L * 256 * 1024).bytes()).isEqualTo(256 * 1024);
        assertThat(PieceLength.auto(400L * 256 * 1024 + 1).bytes()).isEqualTo(512 * 1024);
        assertThat(PieceLength.auto(Long.MAX_VALUE).bytes()).isEqualTo(16 * 1024 * 1024);
    }

    @Example
    void pieceLengthsAreMultiplesOfABlock() {
        assertThat(PieceLength.parse("50MiB").bytes()).isEqualTo(50 * 1024 * 1024);
        for (String text : List.of("100000", "8KiB", "1GiB", "0", "99999999999999")) {
            assertThatThrownBy(() -> PieceLength.parse(text)).hasMessageContaining("multiple of 16 KiB");
        }
    }

    @Example
    void sizesAreReadAsPeopleWriteThem() {
        assertThat(ByteSize.parse("512MiB")).isEqualTo(512L << 20);
        assertThat(ByteSize.parse("3 GiB")).isEqualTo(3L << 30);
        assertThat(ByteSize.parse("16M")).isEqualTo(16L << 20);
        assertThat(ByteSize.parse("100kB")).isEqualTo(100_000);
        assertThat(ByteSize.parse("13")).isEqualTo(13);
        assertThat(ByteSize.parse("13B")).isEqualTo(13);
        for (String text : List.of("", "-1", "1.5MiB", "MiB", "1PiB", "1i", "999999999999999999TiB")) {
            assertThatThrownBy(() -> ByteSize.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(List.of(ByteSize.format(0), ByteSize.format(1536), ByteSize.format(512L << 20)))
                .containsExactly("0 B", "1.5 KiB", "512 MiB");
    }

    @Example
    void urisAreTakenLiterally() {
        ArtifactUri uri = ArtifactUri.parse("s3://bucket/a b+%20/ü?x#y");
        assertThat(uri.key()).isEqualTo("a b+%20/ü?x#y");
        assertThat(uri.name()).isEqualTo("ü?x#y");
        assertThat(ArtifactUri.parse("S3://bucket/dir/").name()).isEqualTo("dir");
        assertThat(ArtifactUri.parse("s3://bucket/").name()).isEqualTo("bucket");
        assertThat(ArtifactUri.parse("s3://bucket/dir//").name()).isEmpty();
        assertThat(ArtifactUri.parse("s3://bucket/").isPrefix()).isTrue();
        for (String text : List.of("bucket/key", "s3:/bucket", "s3://bucket", "s3:///key", "://b/k")) {
            assertThatThrownBy(() -> ArtifactUri.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Example
    void allowedIsComparedByWholeComponents() {
        ArtifactUri uri = ArtifactUri.parse("s3://b/models/x");
        assertThat(uri.isBelow(ArtifactUri.parse("s3://b/"))).isTrue();
        assertThat(uri.isBelow(ArtifactUri.parse("s3://b/models/"))).isTrue();
        assertThat(uri.isBelow(ArtifactUri.parse("s3://b/models"))).isTrue();
        assertThat(uri.isBelow(ArtifactUri.parse("s3://b/mod"))).isFalse();
        assertThat(uri.isBelow(ArtifactUri.parse("s3://c/"))).isFalse();
        ArtifactUri allowed = ArtifactUri.parse("s3://b/models/");
        assertThat(allowed.isBelow(allowed)).isTrue();
        assertThat(ArtifactUri.parse("s3://b/").isBelow(allowed)).isFalse();
        assertThat(ArtifactUri.parse("s3://b/models").isBelow(allowed)).isFalse();
        assertThat(ArtifactUri.parse("s3://b/models2/").isBelow(allowed)).isFalse();
    }

    @Example
    void aUriNeverLeadsOutOfItsPrefix() {
        for (String key : List.of("models/../secret", "models/./x", "..", "models/..", "models/../", "./")) {
            assertThatThrownBy(() -> ArtifactUri.parse("s3://b/" + key))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("s3://b/" + key);
        }
        assertThat(ArtifactUri.parse("s3://b/..a/.b/c..").key()).isEqualTo("..a/.b/c..");
    }

    @Example
    void namesThatCannotBecomeFilesAreRefused() {
        for (String path : List.of("", "/a", "a//b", "a/../b", ".", "a\0", "a/" + "x".repeat(241), "a/\ud800")) {
            assertThatThrownBy(() -> FilePath.check(path)).as(path).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(FilePath.check("a b/..c/ü")).containsExactly("a b", "..c", "ü");
    }

    @Example
    void identityFollowsEveryField() {
        List<VersionedEntry> entries = List.of(new VersionedEntry("k", 1, "\"e\""));
        ArtifactId id = ArtifactId.of("http://s3", "b", "k", entries, 16384);
        assertThat(ArtifactId.of("http://s3", "b", "k", entries, 16384)).isEqualTo(id);
        assertThat(List.of(
                        ArtifactId.of("http://t3", "b", "k", entries, 16384),
                        ArtifactId.of("http://s3", "c", "k", entries, 16384),
                        ArtifactId.of("http://s3", "bk", "", entries, 16384),
                        ArtifactId.of("http://s3", "b", "k", List.of(new VersionedEntry("k", 2, "\"e\"")), 16384),
                        ArtifactId.of("http://s3", "b", "k", List.of(new VersionedEntry("k", 1, "\"f\"")), 16384),
                        ArtifactId.of("http://s3", "b", "k", entries, 32768)))
                .doesNotContain(id)
                .doesNotHaveDuplicates();
    }

    @Example
    void hashesOfDifferentThingsAreNeverEqual() {
        byte[] bytes = new byte[20];
        assertThat(InfoHash.of(bytes)).isEqualTo(InfoHash.fromHex("00".repeat(20)));
        assertThat((Object) InfoHash.of(bytes)).isNotEqualTo(PieceHash.of(bytes));
        assertThatThrownBy(() -> PieceHash.of(new byte[19])).hasMessageContaining("19");
        assertThatThrownBy(() -> InfoHash.fromHex("xyz")).isInstanceOf(IllegalArgumentException.class);
    }
}
