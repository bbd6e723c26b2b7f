package dev.piecewise.torrentbuilder.s3;

import static org.junit.jupiter.api.Assumptions.abort;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.MinIOContainer;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * The contract against MinIO in a container, where Docker answers and has the image or can pull it; else it is reported as
 * skipped. {@code TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX} in the environment names another registry for the image.
 */
@Testcontainers(disabledWithoutDocker = true)
class MinioTest extends S3Contract {
    private static final String IMAGE = "minio/minio:RELEASE.2025-09-07T16-13-09Z";

    private @Nullable MinIOContainer minio;

    @BeforeAll
    void start() {
        MinIOContainer started = new MinIOContainer(IMAGE);
        minio = started;
        try {
            started.start();
        } catch (ContainerFetchException e) {
            String line = "no image " + IMAGE + "; pull it, or set TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX to the registry"
                    + " that has it: " + e.getMessage();
            System.err.println("SKIPPED " + getClass().getSimpleName() + ": " + line);
            abort(line);
        }
        use(URI.create(started.getS3URL()), started.getUserName(), started.getPassword());
    }

    @AfterAll
    void stop() {
        if (minio != null) {
            minio.close();
        }
    }
}
