package dev.piecewise.locals3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Counts the bytes of objects as the server takes them out of the store to send them. */
final class CountingBlobStore extends ForwardingBlobStore {
    private final AtomicLong objectBytesSent = new AtomicLong();
    private final AtomicLong objectGets = new AtomicLong();
    private final AtomicLong objectHeads = new AtomicLong();

    CountingBlobStore(BlobStore delegate) {
        super(delegate);
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        ResponseInputStream<GetObjectResponse> blob = super.getBlob(request);
        objectGets.incrementAndGet();
        return new ResponseInputStream<>(blob.response(), AbortableInputStream.create(new Counting(blob), blob));
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        objectHeads.incrementAndGet();
        return super.blobMetadata(request);
    }

    long objectBytesSent() {
        return objectBytesSent.get();
    }

    long objectGets() {
        return objectGets.get();
    }

    long objectHeads() {
        return objectHeads.get();
    }

    void resetCounters() {
        objectBytesSent.set(0);
        objectGets.set(0);
        objectHeads.set(0);
    }

    private final class Counting extends FilterInputStream {
        Counting(InputStream bytes) {
            super(bytes);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                objectBytesSent.incrementAndGet();
            }
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read > 0) {
                objectBytesSent.addAndGet(read);
            }
            return read;
        }
    }
}
