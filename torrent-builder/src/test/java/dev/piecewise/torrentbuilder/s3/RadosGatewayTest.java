package dev.piecewise.torrentbuilder.s3;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract against Ceph's radosgw, where it is installed; with {@code CI=true} it must be. */
class RadosGatewayTest extends S3Contract {
    private @Nullable RadosGateway gateway;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        if (!RadosGateway.isInstalled()) {
            String line = "radosgw is not installed; apt-get install " + RadosGateway.DEBIAN_PACKAGES;
            assertNotEquals("true", System.getenv("CI"), "with CI=true every test must run: " + line);
            System.err.println("SKIPPED " + getClass().getSimpleName() + ": " + line);
            abort(line);
        }
        gateway = RadosGateway.start(directory);
        use(gateway.endpoint(), RadosGateway.ACCESS_KEY, RadosGateway.SECRET_KEY);
    }

    @AfterAll
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
    }
}
