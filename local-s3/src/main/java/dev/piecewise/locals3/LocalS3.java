package dev.piecewise.locals3;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * An S3 server whose objects are files in a directory. Requests must be signed (Signature Version 4) with its
 * one pair of keys. What it sends is counted at the source of the bytes, so the count does not depend on any client.
 */
public final class LocalS3 implements AutoCloseable {
    /** The region that clients should name; any would do. */
    public static final String REGION = "us-east-1";

    private final S3Proxy server;
    private final CountingBlobStore store;
    private final URI endpoint;
    private final String accessKey;
    private final String secretKey;

    private LocalS3(S3Proxy server, CountingBlobStore store, URI endpoint, String accessKey, String secretKey) {
        this.server = server;
        this.store = store;
        this.endpoint = endpoint;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
    }

    /**
     * Starts a server on a free port of 127.0.0.1.
     *
     * @param directory where the objects go; created if absent, left as it is at the end
     */
    public static LocalS3 start(Path directory, String accessKey, String secretKey) throws IOException {
        return start(directory, accessKey, secretKey, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** The same on an address and port of this machine; port 0 takes a free one. */
    public static LocalS3 start(Path directory, String accessKey, String secretKey, InetSocketAddress listen)
            throws IOException {
        Files.createDirectories(directory);
        CountingBlobStore store = new CountingBlobStore(new FilesystemNio2BlobStore(directory.toString()));
        String host = listen.getAddress().getHostAddress();
        S3Proxy server = S3Proxy.builder()
                .blobStore(store)
                .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                .endpoint(URI.create("http://" + host + ":" + listen.getPort()))
                .build();
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("cannot start the local S3 server on " + listen, e);
        }
        URI endpoint = URI.create("http://" + host + ":" + server.getPort());
        return new LocalS3(server, store, endpoint, accessKey, secretKey);
    }

    /** What to set as {@code AWS_ENDPOINT_URL}. */
    public URI endpoint() {
        return endpoint;
    }

    public String accessKey() {
        return accessKey;
    }

    public String secretKey() {
        return secretKey;
    }

    /** Creates an empty bucket; names need three letters or more. */
    public void createBucket(String bucket) {
        store.createContainer(CreateBucketRequest.builder().bucket(bucket).build());
    }

    /**
     * Stores an object without going over HTTP.
     *
     * @return its ETag, with quotes as S3 sends it
     */
    public String put(String bucket, String key, InputStream bytes, long sizeBytes) {
        String etag = store.putBlob(
                        PutObjectRequest.builder()
                                .bucket(bucket)
                                .key(key)
                                .contentLength(sizeBytes)
                                .build(),
                        bytes)
                .eTag();
        return etag.startsWith("\"") ? etag : '"' + etag + '"';
    }

    /**
     * Tells whoever asks for it that an object has this checksum of all its bytes, right or wrong.
     *
     * @param crc64nvme in base64, as S3 has it
     */
    public void keepChecksum(String bucket, String key, String crc64nvme) {
        store.keepChecksum(bucket, key, crc64nvme);
    }

    /** Body bytes of object GETs handed to the network since the start or the last {@link #resetCounters()}. */
    public long objectBytesSent() {
        return store.objectBytesSent();
    }

    /** Object GETs answered with a body, likewise. */
    public long objectGets() {
        return store.objectGets();
    }

    /** The most object GETs that were under way at once, likewise. */
    public long mostGetsAtOnce() {
        return store.mostGetsAtOnce();
    }

    /** Object HEADs, likewise. */
    public long objectHeads() {
        return store.objectHeads();
    }

    /**
     * Sends no more of objects, or hardly more, than so many bytes in all, as {@link #objectBytesSent()} counts: requests wait. {@link
     * Long#MAX_VALUE} goes on.
     */
    public void pauseAfter(long bytes) {
        store.pauseAfter(bytes);
    }

    /**
     * Sends the body of each GET, and so over each connection, no faster than this from now on; all together they may be faster.
     *
     * @param bytesPerSecond 1 or more; {@link Long#MAX_VALUE} for no limit
     */
    public void limitEachGet(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("nothing is sent at " + bytesPerSecond + " bytes a second");
        }
        store.limitEachGet(bytesPerSecond);
    }

    /** Sets all counts to zero. */
    public void resetCounters() {
        store.resetCounters();
    }

    /** Stops the server; the objects stay in their directory. */
    @Override
    public void close() throws IOException {
        pauseAfter(Long.MAX_VALUE);
        limitEachGet(Long.MAX_VALUE);
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the local S3 server did not stop", e);
        }
    }
}
