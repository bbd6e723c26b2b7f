package dev.piecewise.torrentbuilder.s3;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Turns what the SDK throws into one line for the user and a kind for the program; the cause is kept. */
final class S3Faults {
    private S3Faults() {}

    /** @param what for example {@code asking for s3://b/k}; never with a signed URL in it */
    static OriginFault translate(String what, Endpoint endpoint, SdkException e) {
        String tried = what + " at " + endpoint.text();
        if (e instanceof AwsServiceException service) {
            return answered(tried, service);
        }
        if (isAboutCredentials(e)) {
            return new OriginFault(
                    Kind.DENIED,
                    tried + " needs credentials and none were found; start the tracker with AWS_ACCESS_KEY_ID and"
                            + " AWS_SECRET_ACCESS_KEY, or a shared profile (AWS_PROFILE)",
                    e);
        }
        return new OriginFault(
                Kind.FAILED,
                tried + " got no answer (" + root(e)
                        + "); check AWS_ENDPOINT_URL and that this S3 is reachable from here",
                e);
    }

    private static OriginFault answered(String tried, AwsServiceException e) {
        String code = Optional.ofNullable(e.awsErrorDetails())
                .map(AwsErrorDetails::errorCode)
                .filter(text -> !text.isBlank())
                .map(text -> " " + text)
                .orElse("");
        String answer = tried + " was answered with " + e.statusCode() + code;
        return switch (e.statusCode()) {
            case 401, 403 ->
                new OriginFault(
                        Kind.DENIED, answer + "; check the tracker's credentials and their rights on this bucket", e);
            case 404 -> new OriginFault(Kind.NOT_FOUND, answer + "; check bucket and key", e);
            case 412 ->
                new OriginFault(
                        Kind.FAILED, answer + ": the object changed meanwhile; ask again for its new version", e);
            default -> new OriginFault(Kind.FAILED, answer + "; try again, or check the endpoint and its logs", e);
        };
    }

    /** The version of an object, or the fault of a store that does not tell versions apart. */
    static String etag(@Nullable String etag, String object, Endpoint endpoint) {
        if (etag == null || etag.isEmpty()) {
            throw new OriginFault(
                    Kind.FAILED,
                    "S3 at " + endpoint.text() + " gives no ETag for " + object
                            + ", so versions cannot be told apart; use a store that sends ETags");
        }
        return etag;
    }

    static OriginFault noBucket(ArtifactUri uri, Endpoint endpoint, SdkException cause) {
        return new OriginFault(
                Kind.NOT_FOUND,
                "S3 at " + endpoint.text() + " has no bucket '" + uri.bucket() + "' (asked for " + uri
                        + "); check the bucket's name and the endpoint",
                cause);
    }

    private static boolean isAboutCredentials(SdkException e) {
        return Optional.ofNullable(e.getMessage())
                .filter(message -> message.contains("Unable to load credentials")
                        || message.contains("credentials provider")
                        || message.contains("Access key ID"))
                .isPresent();
    }

    private static String root(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message = Optional.ofNullable(cause.getMessage())
                .orElse("")
                .lines()
                .findFirst()
                .orElse("");
        return cause.getClass().getSimpleName() + (message.isEmpty() ? "" : ": " + message);
    }
}
