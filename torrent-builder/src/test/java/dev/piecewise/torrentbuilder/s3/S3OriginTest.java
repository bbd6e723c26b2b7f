package dev.piecewise.torrentbuilder.s3;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.locals3.LocalS3;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract against a real S3 server in the process. */
@SuppressWarnings("NullAway.Init")
class S3OriginTest extends S3Contract {
    private LocalS3 s3;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        s3 = LocalS3.start(directory, "access", "secret");
        use(s3.endpoint(), s3.accessKey(), s3.secretKey());
    }

    @AfterAll
    void stop() throws IOException {
        s3.close();
    }

    @Test
    void refusedCredentialsAreDenied() {
        try (S3Origin forger = S3Origin.at(s3.endpoint(), LocalS3.REGION, s3.accessKey(), "wrong")) {
            refused(Kind.DENIED, () -> forger.resolve(uri("key")), "s3://bucket/key", "credentials");
        }
    }

    @Test
    void anUnreachableEndpointIsNamed() throws IOException {
        int freePort;
        try (ServerSocket socket = new ServerSocket(0)) {
            freePort = socket.getLocalPort();
        }
        URI nowhere = URI.create("http://127.0.0.1:" + freePort);
        try (S3Origin unreachable = S3Origin.at(nowhere, LocalS3.REGION, "a", "b")) {
            refused(Kind.FAILED, () -> unreachable.resolve(uri("key")), nowhere.toString(), "AWS_ENDPOINT_URL");
        }
    }
}
