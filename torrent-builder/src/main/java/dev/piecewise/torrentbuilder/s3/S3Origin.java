package dev.piecewise.torrentbuilder.s3;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.Selection;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedGetObjectRequest;

/**
 * S3 and its compatibles, on AWS SDK v2. Uses HeadObject and ListObjectsV2 to resolve, GetObject with {@code Range} and
 * {@code If-Match} to read. The version of an object is its ETag exactly as S3 sends it, quotes included.
 */
public final class S3Origin implements Origin {
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    private final S3Client client;
    private final S3Presigner presigner;
    private final Endpoint endpoint;

    S3Origin(S3Client client, S3Presigner presigner, Endpoint endpoint) {
        this.client = client;
        this.presigner = presigner;
        this.endpoint = endpoint;
    }

    /**
     * The origin that the SDK's own settings describe: {@code AWS_ACCESS_KEY_ID}, ..., {@code AWS_ENDPOINT_URL}, shared profile
     * files, web identity. An endpoint URL implies path style. Nothing is contacted yet.
     *
     * @throws OriginFault {@code USAGE} if those settings contradict themselves
     */
    public static S3Origin fromEnvironment() {
        return of(S3Profile.ofSdk("default"));
    }

    /** An origin with explicit settings, path style. */
    public static S3Origin at(URI endpoint, String region, String accessKey, String secretKey) {
        return of(S3Profile.at(endpoint, region, accessKey, secretKey));
    }

    /**
     * The origin of a profile. Nothing is contacted yet.
     *
     * @throws OriginFault {@code USAGE} if it contradicts itself, or its CA file cannot be read
     */
    public static S3Origin of(S3Profile profile) {
        return S3Clients.of(profile);
    }

    /**
     * Goes through what a request and a signature take once, with a server of its own on loopback: the first ones of a process would
     * wait a second and more for the SDK's classes. Takes as long.
     */
    public static void warmUp() {
        try {
            S3WarmUp.run();
        } catch (IOException | OriginFault failed) {
            return; // the first request to S3 takes longer, that is all
        }
    }

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    public ResolvedArtifact resolve(ArtifactUri uri) {
        return resolve(uri, Selection.ALL);
    }

    @Override
    public ResolvedArtifact resolve(ArtifactUri uri, Selection selection) {
        return uri.isPrefix()
                ? new PrefixListing(client, endpoint, uri, selection).resolve()
                : resolveObject(uri).selected(selection);
    }

    private ResolvedArtifact resolveObject(ArtifactUri uri) {
        try {
            FilePath.check(uri.name());
        } catch (IllegalArgumentException e) {
            throw new OriginFault(Kind.USAGE, "cannot fetch " + uri + ": " + e.getMessage(), e);
        }
        HeadObjectResponse head = head(uri);
        String etag = S3Faults.etag(head.eTag(), uri.toString(), endpoint);
        OriginObject object = new OriginObject(uri.key(), new VersionedEntry(uri.name(), head.contentLength(), etag));
        return ResolvedArtifact.object(uri, endpoint.text(), object)
                .withChecksums(S3Checksums.of(head)
                        .map(checksum -> Map.of(uri.key(), checksum))
                        .orElse(Map.of()));
    }

    private HeadObjectResponse head(ArtifactUri uri) {
        try {
            return client.headObject(
                    request -> request.bucket(uri.bucket()).key(uri.key()).checksumMode(ChecksumMode.ENABLED));
        } catch (NoSuchKeyException e) {
            throw missing(uri, e);
        } catch (S3Exception e) {
            throw e.statusCode() == 404 ? missing(uri, e) : S3Faults.translate("asking for " + uri, endpoint, e);
        } catch (SdkException e) {
            throw S3Faults.translate("asking for " + uri, endpoint, e);
        }
    }

    /** HEAD has no body and so no reason; LIST tells a missing bucket from a missing key from a prefix. */
    private OriginFault missing(ArtifactUri uri, SdkException cause) {
        String prefix = uri.key() + "/";
        try {
            ListObjectsV2Response below = client.listObjectsV2(
                    request -> request.bucket(uri.bucket()).prefix(prefix).maxKeys(1));
            if (!below.contents().isEmpty()) {
                return new OriginFault(
                        Kind.NOT_FOUND,
                        uri + " is not an object, but keys exist below " + uri + "/ (a prefix is named with its slash)",
                        cause);
            }
            return noSuchKey(uri, cause);
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return S3Faults.noBucket(uri, endpoint, e);
            }
            // Listing may be forbidden where reading is allowed; then the 404 of HEAD is all there is to say.
            return noSuchKey(uri, cause);
        } catch (SdkException e) {
            return S3Faults.translate("listing " + uri, endpoint, e);
        }
    }

    private OriginFault noSuchKey(ArtifactUri uri, SdkException cause) {
        return new OriginFault(
                Kind.NOT_FOUND,
                "S3 at " + endpoint.text() + " has no key '" + uri.key() + "' in bucket '" + uri.bucket()
                        + "'; check the key's spelling",
                cause);
    }

    @Override
    public SignedRead presign(
            ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte, Duration validity) {
        try {
            PresignedGetObjectRequest signed = presigner.presignGetObject(request -> request.signatureDuration(validity)
                    .getObjectRequest(rangedGet(artifact, object, firstByte, lastByte)));
            Map<String, String> headers = new HashMap<>();
            signed.signedHeaders().forEach((name, values) -> {
                // The HTTP client sets Host itself, from the same URL.
                if (!name.equalsIgnoreCase("host")) {
                    headers.put(name, String.join(",", values));
                }
            });
            return new SignedRead(signed.url().toExternalForm(), Map.copyOf(headers), firstByte, lastByte);
        } catch (SdkException e) {
            throw S3Faults.translate("signing a read of " + artifact.uri(), endpoint, e);
        }
    }

    @Override
    public Optional<StoredChecksum> checksum(ResolvedArtifact artifact, OriginObject object) {
        try {
            return S3Checksums.of(
                    client.headObject(request -> request.bucket(artifact.uri().bucket())
                            .key(object.key())
                            .ifMatch(object.entry().version())
                            .checksumMode(ChecksumMode.ENABLED)));
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND || e.statusCode() == PRECONDITION_FAILED) {
                return Optional.empty();
            }
            throw checksumFault(object, e);
        } catch (SdkException e) {
            throw checksumFault(object, e);
        }
    }

    private OriginFault checksumFault(OriginObject object, SdkException e) {
        return S3Faults.translate("asking for the checksum of '" + FilePath.shown(object.key()) + "'", endpoint, e);
    }

    @Override
    public InputStream read(ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte) {
        try {
            return client.getObject(rangedGet(artifact, object, firstByte, lastByte));
        } catch (SdkException e) {
            throw S3Faults.translate("reading " + artifact.uri(), endpoint, e);
        }
    }

    private static GetObjectRequest rangedGet(
            ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte) {
        if (firstByte < 0 || lastByte < firstByte || lastByte >= object.entry().sizeBytes()) {
            throw new IllegalArgumentException("no bytes " + firstByte + "-" + lastByte + " in " + object);
        }
        return GetObjectRequest.builder()
                .bucket(artifact.uri().bucket())
                .key(object.key())
                .range("bytes=" + firstByte + "-" + lastByte)
                .ifMatch(object.entry().version())
                .build();
    }

    @Override
    public void close() {
        presigner.close();
        client.close();
    }
}
