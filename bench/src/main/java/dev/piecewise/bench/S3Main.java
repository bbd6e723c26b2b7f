package dev.piecewise.bench;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.s3.S3Origin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * An S3 server with some objects, as a process of its own so that it can live in a namespace. Says {@code READY URL} with a
 * presigned URL of the first; answers each line on standard input with {@code SENT LINE BYTES}; ends with its input.
 */
@Command(name = "s3", hidden = true)
public final class S3Main implements Callable<Integer> {
    public static final String BUCKET = "bench";
    public static final String KEY = "payload.bin";
    public static final String ACCESS_KEY = "bench";
    public static final String SECRET_KEY = "bench-secret";

    private static final int WARM_UP_READS = 10;
    private static final long WARM_UP_BYTES = 1 << 20;

    @Option(names = "--address", required = true)
    private String address = "";

    @Option(names = "--port", required = true)
    private int port;

    @Option(names = "--dir", required = true)
    private Path directory = Path.of("");

    @Option(names = "--file", required = true, description = "Its name is the key.")
    private List<Path> files = List.of();

    @Override
    public Integer call() throws IOException {
        try (LocalS3 s3 = LocalS3.start(directory, ACCESS_KEY, SECRET_KEY, new InetSocketAddress(address, port))) {
            s3.createBucket(BUCKET);
            for (Path file : files) {
                try (InputStream bytes = Files.newInputStream(file)) {
                    s3.put(BUCKET, key(file), bytes, Files.size(file));
                }
            }
            String key = key(files.get(0));
            String url = presigned(s3.endpoint(), key);
            long before = warmUp(s3, key, url);
            System.out.println("READY " + url);
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String asked = commands.readLine(); asked != null; asked = commands.readLine()) {
                System.out.println("SENT " + asked + " " + (s3.objectBytesSent() - before));
            }
        }
        return 0;
    }

    /** A service that is there for everybody has answered requests before; gives what that sent of the object. */
    private static long warmUp(LocalS3 s3, String key, String presignedUrl) throws IOException {
        ArtifactUri uri = new ArtifactUri("s3", BUCKET, key);
        try (S3Origin origin = S3Origin.at(s3.endpoint(), LocalS3.REGION, ACCESS_KEY, SECRET_KEY)) {
            ResolvedArtifact artifact = origin.resolve(uri);
            long last = Math.min(artifact.totalBytes(), WARM_UP_BYTES) - 1;
            for (int i = 0; i < WARM_UP_READS; i++) {
                origin.resolve(uri);
                URLConnection read = URI.create(presignedUrl).toURL().openConnection();
                read.setRequestProperty("Range", "bytes=0-" + last);
                try (InputStream in = read.getInputStream()) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
        }
        return s3.objectBytesSent();
    }

    private static String key(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String presigned(URI endpoint, String key) {
        try (S3Presigner presigner = S3Presigner.builder()
                .endpointOverride(endpoint)
                .region(Region.of(LocalS3.REGION))
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build()) {
            return presigner
                    .presignGetObject(request -> request.signatureDuration(Duration.ofHours(6))
                            .getObjectRequest(get -> get.bucket(BUCKET).key(key)))
                    .url()
                    .toExternalForm();
        }
    }
}
