package dev.piecewise.torrentbuilder.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.Selection;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Listings that no well-behaved store would let us make. */
class PrefixListingTest {
    private static final ArtifactUri URI_ = ArtifactUri.parse("s3://bucket/p/");

    static Stream<Arguments> hostile() {
        return Stream.of(
                Arguments.of("has the component '..'", List.of("p/good", "p/../up")),
                Arguments.of("has the component '..'", List.of("p/..")),
                Arguments.of("has the component '.'", List.of("p/a/./b")),
                Arguments.of("has an empty component", List.of("p/a//b")),
                Arguments.of("has an empty component", List.of("p//etc/passwd")),
                Arguments.of("has an empty component", List.of("p/full/")),
                Arguments.of("has the component '..'", List.of("p/../:marker")),
                Arguments.of("holds a NUL", List.of("p/a\0b")),
                Arguments.of("component of more than", List.of("p/" + "x".repeat(241))),
                Arguments.of("a file and a directory at once", List.of("p/a", "p/a-b", "p/a/b")),
                Arguments.of("a file and a directory at once", List.of("p/a", "p/a/:marker")),
                Arguments.of("a file and a directory at once", List.of("p/a", "p/a/b/c/:marker")));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aKeyOfWhichNoFileCanBeMadeFailsTheWholeByName(String reason, List<String> keys) {
        String culprit = keys.size() > 1 && reason.startsWith("a file") ? keys.get(0) : keys.get(keys.size() - 1);
        assertThatThrownBy(() -> listing(keys, 1000).resolve()).isInstanceOfSatisfying(OriginFault.class, fault -> {
            assertThat(fault.kind()).isEqualTo(Kind.FAILED);
            assertThat(fault)
                    .hasMessageContaining(reason)
                    .hasMessageContaining("'" + culprit.replace(":marker", "").replace("\0", "\\u0000") + "'")
                    .hasMessageContaining("nothing was read");
            assertThat(fault.getMessage()).doesNotContainPattern("\\p{Cntrl}");
        });
    }

    static Stream<Arguments> excludable() {
        return Stream.of(
                Arguments.of("../**", List.of("p/../up")),
                Arguments.of("..", List.of("p/..")),
                Arguments.of("a/./", List.of("p/a/./b")),
                Arguments.of("a//b", List.of("p/a//b")),
                Arguments.of("//etc/", List.of("p/good", "p//etc/passwd")),
                Arguments.of("full/", List.of("p/full/")),
                Arguments.of("../", List.of("p/../:marker")),
                Arguments.of("a?b", List.of("p/a\0b")),
                Arguments.of("x*", List.of("p/" + "x".repeat(241))),
                Arguments.of("a/", List.of("p/a", "p/a/b", "p/a/b/c/:marker")),
                Arguments.of("unversioned", List.of("p/unversioned")));
    }

    @ParameterizedTest
    @MethodSource("excludable")
    void aKeyThatIsExcludedNeedNotBeAFile(String exclude, List<String> hostile) {
        List<String> keys = Stream.concat(Stream.of("p/0", "p/logs/:marker"), hostile.stream())
                .toList();
        ResolvedArtifact artifact = new PrefixListing(
                        new Listed(keys), endpoint(), URI_, Selection.parse(List.of(), List.of(exclude)))
                .resolve();

        assertThat(artifact.objects())
                .extracting(OriginObject::key)
                .contains("p/0")
                .doesNotContain(hostile.get(hostile.size() - 1));
        assertThat(artifact.directories()).contains("logs").doesNotContain("..");
    }

    @Test
    void patternsThatLeaveNothingAreTold() {
        assertThatThrownBy(() -> new PrefixListing(
                                new Listed(List.of("p/a", "p/b")),
                                endpoint(),
                                URI_,
                                Selection.parse(List.of("*.json"), List.of()))
                        .resolve())
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.NOT_FOUND))
                .hasMessageContaining("of the 2 files below s3://bucket/p/ none is selected by include *.json");
    }

    @Test
    void keysBehindAPageAreListedToo() {
        assertThat(listing(List.of("p/1", "p/2", "p/3", "p/4", "p/5"), 2)
                        .resolve()
                        .objects())
                .extracting(OriginObject::key)
                .containsExactly("p/1", "p/2", "p/3", "p/4", "p/5");
    }

    @Test
    void aPrefixOfMarkersOnlyHasDirectoriesAndNoFiles() {
        ResolvedArtifact artifact =
                listing(List.of("p/:marker", "p/logs/:marker"), 1000).resolve();

        assertThat(artifact.objects()).isEmpty();
        assertThat(artifact.directories()).containsExactly("logs");
        assertThat(artifact.totalBytes()).isZero();
    }

    @Test
    void aStoreWithoutVersionsIsRefusedWithTheKey() {
        assertThatThrownBy(
                        () -> listing(List.of("p/good", "p/unversioned"), 1000).resolve())
                .isInstanceOf(OriginFault.class)
                .hasMessageContaining("no ETag for 'p/unversioned'");
    }

    @Test
    void aPrefixWhoseLastComponentIsNoNameIsRefused() {
        for (String prefix : List.of("p//", "/", "p/" + "x".repeat(241) + "/")) {
            PrefixListing listing = new PrefixListing(
                    new Listed(List.of(prefix + "a")),
                    endpoint(),
                    ArtifactUri.parse("s3://bucket/" + prefix),
                    Selection.ALL);
            assertThatThrownBy(listing::resolve)
                    .isInstanceOfSatisfying(
                            OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.USAGE))
                    .hasMessageContaining("s3://bucket/" + prefix);
        }
    }

    @Test
    void aServerThatListsOtherKeysThanAskedForIsRefused() {
        assertThatThrownBy(() -> listing(List.of("p/a", "other"), 1000).resolve())
                .isInstanceOf(OriginFault.class)
                .hasMessageContaining("'other'");
    }

    @Test
    void theWholeBucketIsNamedAfterIt() {
        ResolvedArtifact artifact = new PrefixListing(
                        new Listed(List.of("a", "b/c")), endpoint(), ArtifactUri.parse("s3://bucket/"), Selection.ALL)
                .resolve();

        assertThat(artifact.uri().name()).isEqualTo("bucket");
        assertThat(artifact.objects())
                .extracting(object -> object.entry().path())
                .containsExactly("a", "b/c");
    }

    private static PrefixListing listing(List<String> keys, int pageKeys) {
        return new PrefixListing(new Listed(keys), endpoint(), URI_, Selection.ALL, pageKeys);
    }

    private static Endpoint endpoint() {
        return new Endpoint(Optional.of(URI.create("http://s3")), "us-east-1");
    }

    /** Objects of one byte; a key's ending {@code :marker} stands for a marker of zero bytes, {@code unversioned} has no ETag. */
    private record Listed(List<String> keys) implements S3Client {
        @Override
        public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
            int from = request.continuationToken() == null ? 0 : Integer.parseInt(request.continuationToken());
            int to = Math.min(keys.size(), from + request.maxKeys());
            return ListObjectsV2Response.builder()
                    .contents(
                            keys.subList(from, to).stream().map(Listed::object).toList())
                    .isTruncated(to < keys.size())
                    .nextContinuationToken(to < keys.size() ? "" + to : null)
                    .build();
        }

        private static S3Object object(String key) {
            boolean marker = key.endsWith(":marker");
            return S3Object.builder()
                    .key(key.replace(":marker", ""))
                    .size(marker ? 0L : 1L)
                    .eTag(key.endsWith("unversioned") ? null : "\"" + Arrays.hashCode(key.toCharArray()) + "\"")
                    .build();
        }

        @Override
        public String serviceName() {
            return "s3";
        }

        @Override
        public void close() {}
    }
}
