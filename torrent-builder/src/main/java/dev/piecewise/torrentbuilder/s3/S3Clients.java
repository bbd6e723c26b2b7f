package dev.piecewise.torrentbuilder.s3;

import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.s3.S3Profile.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Builds clients from a profile; every network wait has a limit. */
final class S3Clients {
    private static final int MAX_CONNECTIONS = 64;
    private static final String DEFAULT_REGION = "us-east-1";

    private final S3Profile profile;

    private S3Clients(S3Profile profile) {
        this.profile = profile;
    }

    static S3Origin of(S3Profile profile) {
        return new S3Clients(profile).build();
    }

    private S3Origin build() {
        Optional<URI> override = profile.endpoint().or(this::sdkEndpoint);
        Region region = profile.region().map(Region::of).orElseGet(() -> sdkRegion(override.isPresent()));
        boolean pathStyle = profile.pathStyle().orElse(override.isPresent());
        Apache5HttpClient.Builder http = Apache5HttpClient.builder()
                .connectionTimeout(profile.connectTimeout())
                .socketTimeout(profile.readTimeout())
                .maxConnections(MAX_CONNECTIONS);
        profile.caFile().map(this::trust).ifPresent(trust -> http.tlsTrustManagersProvider(() -> trust.clone()));
        profile.proxy()
                .map(proxy -> ProxyConfiguration.builder().endpoint(proxy).build())
                .ifPresent(http::proxyConfiguration);
        AwsCredentialsProvider credentials = credentials();
        var client = S3Client.builder()
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(pathStyle)
                .crossRegionAccessEnabled(override.isEmpty() && !pathStyle)
                // Pieces carry their own hash; checking a ranged response against a whole-object checksum is
                // impossible.
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(http)
                .overrideConfiguration(settings -> settings.apiCallTimeout(profile.callTimeout()));
        var presigner = S3Presigner.builder()
                .region(region)
                .credentialsProvider(credentials)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(pathStyle)
                        .build());
        override.ifPresent(url -> {
            client.endpointOverride(url);
            presigner.endpointOverride(url);
        });
        return new S3Origin(client.build(), presigner.build(), new Endpoint(override, region.id()));
    }

    private AwsCredentialsProvider credentials() {
        Credentials credentials = profile.credentials();
        if (credentials instanceof Credentials.Keys keys) {
            return StaticCredentialsProvider.create(
                    keys.sessionToken().isPresent()
                            ? AwsSessionCredentials.create(
                                    keys.accessKeyId(),
                                    keys.secretAccessKey(),
                                    keys.sessionToken().get())
                            : AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey()));
        } else if (credentials instanceof Credentials.Shared shared) {
            return ProfileCredentialsProvider.create(shared.profile());
        } else if (credentials instanceof Credentials.WebIdentity identity) {
            return WebIdentityTokenFileCredentialsProvider.builder()
                    .webIdentityTokenFile(identity.tokenFile())
                    .roleArn(identity.roleArn())
                    .roleSessionName("piecewise")
                    .build();
        }
        return DefaultCredentialsProvider.builder().build();
    }

    private TrustManager[] trust(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                authorities.setCertificateEntry("ca-" + authorities.size(), each);
            }
            if (authorities.size() == 0) {
                throw new GeneralSecurityException("it has no certificate");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            return trust.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw usage(
                    "its CA file " + file + " cannot be used (" + e.getMessage() + "); give certificates in PEM", e);
        }
    }

    /** The shared profile whose region and endpoint count. */
    private String sharedProfile() {
        return profile.credentials() instanceof Credentials.Shared shared
                ? shared.profile()
                : ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow();
    }

    /** The SDK reads these itself; they are looked up here because identity and path style depend on them. */
    private Optional<URI> sdkEndpoint() {
        Optional<String> text = firstSet("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
                .or(() -> ProfileFile.defaultProfileFile()
                        .profile(sharedProfile())
                        .flatMap(shared -> shared.property("endpoint_url")));
        return text.map(url -> {
            try {
                URI uri = URI.create(url);
                if (uri.getHost() == null || !uri.getScheme().matches("https?")) {
                    throw new IllegalArgumentException("it needs http:// or https:// and a host");
                }
                return uri;
            } catch (IllegalArgumentException e) {
                throw new OriginFault(
                        Kind.USAGE, "AWS_ENDPOINT_URL '" + url + "' is not a usable URL: " + e.getMessage(), e);
            }
        });
    }

    private Region sdkRegion(boolean endpointIsSet) {
        try {
            return DefaultAwsRegionProviderChain.builder()
                    .profileName(sharedProfile())
                    .build()
                    .getRegion();
        } catch (SdkClientException e) {
            if (endpointIsSet) {
                return Region.of(DEFAULT_REGION);
            }
            throw usage(
                    "it has no AWS region; set AWS_REGION, or AWS_ENDPOINT_URL for another S3, or the profile's own",
                    e);
        }
    }

    private OriginFault usage(String problem, Exception cause) {
        return new OriginFault(Kind.USAGE, "cannot use the S3 profile '" + profile.name() + "': " + problem, cause);
    }

    private static Optional<String> firstSet(String... names) {
        for (String name : names) {
            String value = System.getenv(name);
            if (value != null && !value.isBlank()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }
}
