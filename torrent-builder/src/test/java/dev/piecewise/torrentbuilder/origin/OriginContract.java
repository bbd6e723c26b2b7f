package dev.piecewise.torrentbuilder.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Origin} promises, the fakes included: a store extends this and supplies its bucket. */
public abstract class OriginContract {
    protected static final Duration VALIDITY = Duration.ofMinutes(5);
    protected static final byte[] BYTES = bytes(100_000);

    /** The origin under test, with rights on {@link #bucket()}. */
    protected abstract Origin origin();

    /** An existing bucket. */
    protected abstract String bucket();

    /** Stores or replaces an object. */
    protected abstract void put(String key, byte[] bytes) throws Exception;

    /** What a read gives to whoever sends it. */
    protected abstract byte[] sent(SignedRead read) throws Exception;

    /** Asserts that a read of a version that is no more gives nothing. */
    protected abstract void refusedAsChanged(SignedRead read) throws Exception;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a/b/c.bin",
                "with space",
                "a+b",
                "100%25",
                "50%",
                "ünïcode/名前",
                "q?x=1&y#z",
                "semi;colon,=@:$!*'()~"
            })
    void anObjectIsResolvedSignedAndReadWhateverItsKey(String key) throws Exception {
        put(key, BYTES);
        ResolvedArtifact artifact = origin().resolve(uri(key));
        OriginObject object = artifact.objects().get(0);
        assertThat(artifact.singleFile()).isTrue();
        assertThat(object.key()).isEqualTo(uri(key).key());
        assertThat(object.entry().path()).isEqualTo(key.substring(key.lastIndexOf('/') + 1));
        assertThat(object.entry().sizeBytes()).isEqualTo(BYTES.length);
        assertThat(object.entry().version()).isNotBlank();

        assertThat(sent(origin().presign(artifact, object, 10, 19, VALIDITY)))
                .isEqualTo(Arrays.copyOfRange(BYTES, 10, 20));
        try (InputStream own = origin().read(artifact, object, 99_990, 99_999)) {
            assertThat(own.readAllBytes()).isEqualTo(Arrays.copyOfRange(BYTES, 99_990, 100_000));
        }
    }

    @Test
    void bytesOfAnotherVersionAreNeverSent() throws Exception {
        put("changing", BYTES);
        ResolvedArtifact artifact = origin().resolve(uri("changing"));
        OriginObject object = artifact.objects().get(0);
        SignedRead read = origin().presign(artifact, object, 0, 99, VALIDITY);
        put("changing", bytes(50_000));

        refusedAsChanged(read);
        assertThatThrownBy(() -> origin().read(artifact, object, 0, 99)).isInstanceOf(OriginFault.class);
        assertThat(origin().resolve(uri("changing")).objects().get(0).entry().version())
                .isNotEqualTo(object.entry().version());
    }

    @Test
    void anEmptyObjectIsResolved() throws Exception {
        put("empty", new byte[0]);
        assertThat(origin().resolve(uri("empty")).totalBytes()).isZero();
    }

    @Test
    void aMissingKeyIsNamed() {
        refused(Kind.NOT_FOUND, () -> origin().resolve(uri("no/such")), "no/such", bucket());
    }

    @Test
    void aPrefixWithoutItsSlashIsNamedWithIt() throws Exception {
        put("dir/inside", BYTES);
        refused(Kind.NOT_FOUND, () -> origin().resolve(uri("dir")), uri("dir") + "/");
    }

    @Test
    void aPrefixIsItsKeysInUtf8Order() throws Exception {
        // The last two are in the other order when compared as Java's UTF-16.
        List<String> paths = List.of(
                " lead",
                "100%",
                "a b",
                "a+b",
                "a/empty",
                "a/x/y.bin",
                "b#c?d=e&f",
                "zz%2Fz",
                "ü",
                "\uff21",
                "\ud83d\ude00");
        for (String path : paths) {
            put("order/" + path, path.endsWith("empty") ? new byte[0] : bytes(path.length()));
        }
        put("order-not", BYTES);
        ResolvedArtifact artifact = origin().resolve(uri("order/"));

        assertThat(artifact.singleFile()).isFalse();
        assertThat(artifact.objects())
                .extracting(object -> object.entry().path())
                .containsExactlyElementsOf(paths);
        assertThat(artifact.objects()).allSatisfy(object -> {
            String path = object.entry().path();
            assertThat(object.key()).isEqualTo(uri("order/" + path).key());
            assertThat(object.entry().sizeBytes()).isEqualTo(path.endsWith("empty") ? 0 : path.length());
        });
        assertThat(artifact.directories()).isEmpty();
        for (OriginObject object : artifact.objects()) {
            if (object.entry().sizeBytes() > 0) {
                SignedRead read =
                        origin().presign(artifact, object, 0, object.entry().sizeBytes() - 1, VALIDITY);
                assertThat(sent(read))
                        .as(object.key())
                        .isEqualTo(bytes(object.entry().path().length()));
            }
        }
    }

    @Test
    void theVersionOfAListedObjectIsTheOneOfTheObject() throws Exception {
        put("same/object", BYTES);
        assertThat(origin().resolve(uri("same/")).objects().get(0).entry().version())
                .isEqualTo(origin().resolve(uri("same/object"))
                        .objects()
                        .get(0)
                        .entry()
                        .version());
    }

    @Test
    void directoryMarkersAreDirectoriesAndNoFiles() throws Exception {
        put("marked/", new byte[0]);
        put("marked/dir/", new byte[0]);
        put("marked/dir/sub/", new byte[0]);
        put("marked/file", BYTES);
        ResolvedArtifact artifact = origin().resolve(uri("marked/"));

        assertThat(artifact.directories()).containsExactly("dir", "dir/sub");
        assertThat(artifact.objects())
                .extracting(object -> object.entry().path())
                .containsExactly("file");
    }

    @Test
    void aPrefixOfOneKeyIsNoSingleFile() throws Exception {
        put("one/only", BYTES);
        assertThat(origin().resolve(uri("one/")).singleFile()).isFalse();
    }

    @Test
    void aPrefixOfManyPagesIsListedWhole() throws Exception {
        List<String> keys = IntStream.range(0, 1500)
                .mapToObj(i -> String.format("many/%04d", i))
                .toList();
        for (String key : keys) {
            put(key, new byte[] {1});
        }
        assertThat(origin().resolve(uri("many/")).objects())
                .extracting(OriginObject::key)
                .containsExactlyElementsOf(
                        keys.stream().map(key -> uri(key).key()).toList());
    }

    @Test
    void aPrefixThatMatchesNothingIsNamed() {
        refused(
                Kind.NOT_FOUND,
                () -> origin().resolve(uri("nothing/here/")),
                uri("nothing/here/").toString());
    }

    /** Asserts that a call is refused with this kind, in one line that contains all of these. */
    protected static void refused(Kind kind, ThrowingCallable call, String... named) {
        assertThatThrownBy(call).isInstanceOfSatisfying(OriginFault.class, fault -> {
            assertThat(fault.kind()).isEqualTo(kind);
            assertThat(fault.getMessage()).contains(named).doesNotContain("\n");
        });
    }

    /** The URI of a key in {@link #bucket()}. */
    protected ArtifactUri uri(String key) {
        return new ArtifactUri(origin().scheme(), bucket(), key);
    }

    /** Reproducible bytes. */
    protected static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
