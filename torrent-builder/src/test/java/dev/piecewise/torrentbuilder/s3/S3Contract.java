package dev.piecewise.torrentbuilder.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.Selection;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginContract;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract over S3's API; a server extends this, calls {@link #use} when it is up, and stops after its tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
abstract class S3Contract extends OriginContract {
    private final HttpClient http = HttpClient.newHttpClient();
    private TestBucket bucket;

    /** Makes the bucket of these tests. */
    final void use(URI endpoint, String accessKey, String secretKey) {
        bucket = new TestBucket(endpoint, accessKey, secretKey);
    }

    @AfterAll
    void closeBucket() {
        if (bucket != null) {
            bucket.close();
        }
    }

    @Override
    protected Origin origin() {
        return bucket.origin();
    }

    @Override
    protected String bucket() {
        return TestBucket.NAME;
    }

    @Override
    protected void put(String key, byte[] bytes) {
        bucket.put(key, bytes);
    }

    @Test
    void pagesMayEndAtAnyKey() {
        List<String> keys =
                List.of("paged/ b", "paged/%2F", "paged/+", "paged/a&b=c", "paged/ü/名前", "paged/\ud83d\ude00");
        keys.forEach(key -> put(key, new byte[] {1}));
        put("paged/dir/", new byte[0]);
        for (int pageKeys = 1; pageKeys <= 3; pageKeys++) {
            ResolvedArtifact artifact = new PrefixListing(
                            bucket.client(), bucket.endpoint(), uri("paged/"), Selection.ALL, pageKeys)
                    .resolve();
            assertThat(artifact.objects()).extracting(OriginObject::key).containsExactlyElementsOf(keys);
            assertThat(artifact.directories()).containsExactly("dir");
        }
    }

    @Test
    void aSignatureIsGoodForItsRangeAndVersionOnly() throws Exception {
        put("signed", BYTES);
        ResolvedArtifact artifact = origin().resolve(uri("signed"));
        SignedRead read = origin().presign(artifact, artifact.objects().get(0), 0, 99, VALIDITY);

        assertThat(read.headers().keySet()).extracting(String::toLowerCase).contains("range", "if-match");
        assertThat(send(read.url(), with(read, "Range", "bytes=0-100")).statusCode())
                .isEqualTo(403);
        assertThat(send(read.url(), with(read, "If-Match", "\"other\"")).statusCode())
                .isEqualTo(403);
        assertThat(send(read.url(), Map.of()).statusCode()).isIn(400, 403);
    }

    @Test
    void aPrefixOfAMissingBucketNamesTheBucket() {
        refused(
                Kind.NOT_FOUND,
                () -> origin().resolve(new ArtifactUri(origin().scheme(), "no-such-bucket-here", "k/")),
                "no bucket 'no-such-bucket-here'");
    }

    @Test
    void aMissingBucketIsNamed() {
        refused(
                Kind.NOT_FOUND,
                () -> origin().resolve(new ArtifactUri(origin().scheme(), "no-such-bucket-here", "k")),
                "no-such-bucket-here");
    }

    @Override
    protected byte[] sent(SignedRead read) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = send(read);
        assertThat(answer.statusCode()).isEqualTo(206);
        return answer.body();
    }

    @Override
    protected void refusedAsChanged(SignedRead read) throws IOException, InterruptedException {
        assertThat(send(read).statusCode()).isEqualTo(412);
    }

    private HttpResponse<byte[]> send(SignedRead read) throws IOException, InterruptedException {
        return send(read.url(), read.headers());
    }

    private HttpResponse<byte[]> send(String url, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        headers.forEach(request::header);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static Map<String, String> with(SignedRead read, String name, String value) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(read.headers());
        headers.put(name, value);
        return headers;
    }
}
