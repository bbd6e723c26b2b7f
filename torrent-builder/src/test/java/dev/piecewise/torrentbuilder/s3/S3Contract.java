package dev.piecewise.torrentbuilder.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginContract;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract over S3's API; a server extends this, calls {@link #use} when it is up, and stops after its tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
abstract class S3Contract extends OriginContract {
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
            ResolvedArtifact artifact =
                    new PrefixListing(bucket.client(), bucket.endpoint(), uri("paged/"), pageKeys).resolve();
            assertThat(artifact.objects()).extracting(OriginObject::key).containsExactlyElementsOf(keys);
            assertThat(artifact.directories()).containsExactly("dir");
        }
    }
}
