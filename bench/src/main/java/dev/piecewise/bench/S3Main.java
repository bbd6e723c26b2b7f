package dev.piecewise.bench;

import dev.piecewise.locals3.LocalS3;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * An S3 server with one object, as a process of its own so that it can live in a namespace. Says {@code READY URL} with a
 * presigned URL of the object; answers each line on standard input with {@code SENT LINE BYTES}; ends with its input.
 */
@Command(name = "s3", hidden = true)
public final class S3Main implements Callable<Integer> {
    public static final String BUCKET = "bench";
    public static final String KEY = "payload.bin";
    public static final String ACCESS_KEY = "bench";
    public static final String SECRET_KEY = "bench-secret";

    @Option(names = "--address", required = true)
    private String address = "";

    @Option(names = "--port", required = true)
    private int port;

    @Option(names = "--dir", required = true)
    private Path directory = Path.of("");

    @Option(names = "--file", required = true)
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        try (LocalS3 s3 = LocalS3.start(directory, ACCESS_KEY, SECRET_KEY, new InetSocketAddress(address, port));
                InputStream bytes = Files.newInputStream(file)) {
            s3.createBucket(BUCKET);
            s3.put(BUCKET, KEY, bytes, Files.size(file));
            System.out.println("READY " + presigned(s3.endpoint()));
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String asked = commands.readLine(); asked != null; asked = commands.readLine()) {
                System.out.println("SENT " + asked + " " + s3.objectBytesSent());
            }
        }
        return 0;
    }

    private static String presigned(URI endpoint) {
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
                            .getObjectRequest(get -> get.bucket(BUCKET).key(KEY)))
                    .url()
                    .toExternalForm();
        }
    }
}
