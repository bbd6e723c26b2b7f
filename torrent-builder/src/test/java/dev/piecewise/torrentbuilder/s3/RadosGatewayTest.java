package dev.piecewise.torrentbuilder.s3;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract against Ceph's radosgw, where it is installed; with {@code CI=true} it must be. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RadosGatewayTest extends OriginContract {
    private @Nullable RadosGateway gateway;
    private TestBucket bucket;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        if (!RadosGateway.isInstalled()) {
            String line = "radosgw is not installed; apt-get install " + RadosGateway.DEBIAN_PACKAGES;
            assertNotEquals("true", System.getenv("CI"), "with CI=true every test must run: " + line);
            System.err.println("SKIPPED " + getClass().getSimpleName() + ": " + line);
            abort(line);
        }
        gateway = RadosGateway.start(directory);
        bucket = new TestBucket(gateway.endpoint(), RadosGateway.ACCESS_KEY, RadosGateway.SECRET_KEY);
    }

    @AfterAll
    void stop() {
        if (bucket != null) {
            bucket.close();
        }
        if (gateway != null) {
            gateway.close();
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
}
