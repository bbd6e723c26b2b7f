package dev.piecewise.seeder.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/** One file as HTTP sees it. */
interface Representation {
    long sizeBytes();

    /** Strong validator, in quotes. */
    String etag();

    Optional<Instant> lastModified();

    /** Begins to read. */
    Bytes open() throws IOException;

    /** The bytes of a file, for one request. Used by one thread. */
    interface Bytes extends AutoCloseable {
        /**
         * Reads some bytes, at least one; waits for them if they are still to come.
         *
         * @param offset in the file
         * @param end one past the last byte that will be asked for
         * @param into gets at most as many as it has room for
         * @throws Unavailable if they did not come in time
         */
        void read(long offset, long end, ByteBuffer into) throws IOException, Unavailable, InterruptedException;

        @Override
        void close() throws IOException;
    }
}
