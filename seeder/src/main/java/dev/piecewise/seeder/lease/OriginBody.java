package dev.piecewise.seeder.lease;

import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes that an origin sends for one read. Closing it before its end breaks its connection off, from any thread and at
 * once, even while another one waits for bytes in it; a body that was read to its end has given its connection back already.
 */
final class OriginBody implements AutoCloseable {
    private final InputStream bytes;
    private final Runnable breakOff;
    private final long leadingBytes;

    /** @param leadingBytes come before those that were asked for and are to be thrown away */
    OriginBody(InputStream bytes, Runnable breakOff, long leadingBytes) {
        this.bytes = bytes;
        this.breakOff = breakOff;
        this.leadingBytes = leadingBytes;
    }

    long leadingBytes() {
        return leadingBytes;
    }

    /** As {@link InputStream#read(byte[], int, int)}; what arrives goes straight into {@code into}. */
    int read(byte[] into, int from, int count) throws IOException {
        return bytes.read(into, from, count);
    }

    /** Whether there are no more bytes; one that is there is taken. */
    boolean atEnd() throws IOException {
        return bytes.read() < 0;
    }

    @Override
    public void close() {
        breakOff.run();
    }
}
