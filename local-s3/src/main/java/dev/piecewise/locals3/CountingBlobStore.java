package dev.piecewise.locals3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Counts the bytes of objects as the server takes them out of the store to send them. A GET is under way from its request until its
 * last byte was taken, or it was given up.
 */
final class CountingBlobStore extends ForwardingBlobStore {
    /** A body that was late, as its thread or its reader had no time, is sent faster for so long afterwards. */
    private static final Duration LATENESS_MADE_UP_FOR = Duration.ofMillis(50);

    private final AtomicLong objectBytesSent = new AtomicLong();
    private final AtomicLong objectGets = new AtomicLong();
    private final AtomicLong objectHeads = new AtomicLong();
    private final AtomicLong underWay = new AtomicLong();
    private final AtomicLong mostUnderWay = new AtomicLong();
    private final Map<String, String> checksums = new ConcurrentHashMap<>();
    private long mostBytes = Long.MAX_VALUE; // guarded by this
    private long mostBytesPerSecond = Long.MAX_VALUE; // guarded by this

    CountingBlobStore(BlobStore delegate) {
        super(delegate);
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        long now = underWay.incrementAndGet();
        mostUnderWay.accumulateAndGet(now, Math::max);
        ResponseInputStream<GetObjectResponse> blob;
        try {
            blob = super.getBlob(request);
        } catch (RuntimeException e) {
            underWay.decrementAndGet();
            throw e;
        }
        objectGets.incrementAndGet();
        Counting counting = new Counting(blob, blob.response().contentLength());
        return new ResponseInputStream<>(blob.response(), AbortableInputStream.create(counting, blob));
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        objectHeads.incrementAndGet();
        HeadObjectResponse head = super.blobMetadata(request);
        String checksum = checksums.get(request.bucket() + "/" + request.key());
        return head == null || checksum == null
                ? head
                : head.toBuilder()
                        .checksumCRC64NVME(checksum)
                        .checksumType(ChecksumType.FULL_OBJECT)
                        .build();
    }

    void keepChecksum(String bucket, String key, String crc64nvme) {
        checksums.put(bucket + "/" + key, crc64nvme);
    }

    long objectBytesSent() {
        return objectBytesSent.get();
    }

    long objectGets() {
        return objectGets.get();
    }

    long mostGetsAtOnce() {
        return mostUnderWay.get();
    }

    long objectHeads() {
        return objectHeads.get();
    }

    synchronized void pauseAfter(long bytes) {
        mostBytes = bytes;
        notifyAll();
    }

    private synchronized void awaitTurn() throws IOException {
        try {
            while (objectBytesSent.get() >= mostBytes) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped");
        }
    }

    synchronized void limitEachGet(long bytesPerSecond) {
        mostBytesPerSecond = bytesPerSecond;
        notifyAll();
    }

    void resetCounters() {
        objectBytesSent.set(0);
        objectGets.set(0);
        objectHeads.set(0);
        mostUnderWay.set(underWay.get());
    }

    private final class Counting extends FilterInputStream {
        private final AtomicBoolean ended = new AtomicBoolean();
        private long left;
        private long bytesPerSecond = Long.MAX_VALUE;
        private long dueNanos;

        Counting(InputStream bytes, long length) {
            super(bytes);
            left = length;
        }

        private void sent(long count) {
            objectBytesSent.addAndGet(count);
            left -= count;
            if (bytesPerSecond != Long.MAX_VALUE) {
                dueNanos = Math.max(dueNanos, System.nanoTime() - LATENESS_MADE_UP_FOR.toNanos())
                        + (long) (count * 1e9 / bytesPerSecond);
            }
            if (left <= 0) {
                end();
            }
        }

        /** Waits until this body may go on, which may be sooner if the limit changes. */
        private void awaitRate() throws IOException {
            synchronized (CountingBlobStore.this) {
                try {
                    while (true) {
                        if (bytesPerSecond != mostBytesPerSecond) {
                            bytesPerSecond = mostBytesPerSecond;
                            dueNanos = System.nanoTime();
                        }
                        long millis = (dueNanos - System.nanoTime()) / 1_000_000;
                        if (bytesPerSecond == Long.MAX_VALUE || millis <= 0) {
                            return;
                        }
                        CountingBlobStore.this.wait(millis);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("stopped");
                }
            }
        }

        /** A tenth of a second's worth, so that the bytes come evenly. */
        private int atOnce(int length) {
            return (int) Math.min(length, Math.max(1, bytesPerSecond / 10));
        }

        private void end() {
            if (ended.compareAndSet(false, true)) {
                underWay.decrementAndGet();
            }
        }

        @Override
        public void close() throws IOException {
            end();
            super.close();
        }

        @Override
        public int read() throws IOException {
            awaitTurn();
            awaitRate();
            int value = super.read();
            if (value >= 0) {
                sent(1);
            }
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            awaitTurn();
            awaitRate();
            int read = super.read(buffer, offset, atOnce(length));
            if (read > 0) {
                sent(read);
            }
            return read;
        }
    }
}
