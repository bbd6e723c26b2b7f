package dev.piecewise.torrentbuilder.s3;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Everything that may be said of one S3: where it is, who asks, and how long to wait. What is left open is looked up where the
 * AWS SDK looks: its environment variables, the shared files, then its defaults.
 *
 * @param name under which requests ask for it, and messages speak of it
 * @param endpoint where it is, when it is not AWS itself
 * @param region for signatures and AWS's own endpoint
 * @param pathStyle whether buckets are path components and not host names; by default they are where an endpoint is given
 * @param caFile PEM certificates of the authorities to trust instead of Java's
 * @param proxy the HTTP proxy to ask through
 * @param connectTimeout for a connection
 * @param readTimeout for the next bytes of an answer
 * @param callTimeout for a call as a whole, with its retries
 */
public record S3Profile(
        String name,
        Optional<URI> endpoint,
        Optional<String> region,
        Optional<Boolean> pathStyle,
        Credentials credentials,
        Optional<Path> caFile,
        Optional<URI> proxy,
        Duration connectTimeout,
        Duration readTimeout,
        Duration callTimeout) {
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
    public static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

    /** Who asks. */
    public sealed interface Credentials {
        /** Whoever the SDK finds: environment, shared files, web identity, container, instance. */
        record Chain() implements Credentials {}

        /** Keys, which never appear in a text. */
        record Keys(String accessKeyId, String secretAccessKey, Optional<String> sessionToken) implements Credentials {
            @Override
            public String toString() {
                return "Keys[***]";
            }
        }

        /** A profile of the shared files, {@code ~/.aws/config} and {@code ~/.aws/credentials}; its region counts, too. */
        record Shared(String profile) implements Credentials {}

        /** A role that is assumed with the token in a file (STS AssumeRoleWithWebIdentity). */
        record WebIdentity(Path tokenFile, String roleArn) implements Credentials {}
    }

    /** All as the SDK finds it. */
    public static S3Profile ofSdk(String name) {
        return new S3Profile(
                name,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Credentials.Chain(),
                Optional.empty(),
                Optional.empty(),
                CONNECT_TIMEOUT,
                READ_TIMEOUT,
                CALL_TIMEOUT);
    }

    /** The S3 at an endpoint, with keys. */
    static S3Profile at(URI endpoint, String region, String accessKey, String secretKey) {
        S3Profile sdk = ofSdk("default");
        return new S3Profile(
                sdk.name,
                Optional.of(endpoint),
                Optional.of(region),
                sdk.pathStyle,
                new Credentials.Keys(accessKey, secretKey, Optional.empty()),
                sdk.caFile,
                sdk.proxy,
                sdk.connectTimeout,
                sdk.readTimeout,
                sdk.callTimeout);
    }
}
