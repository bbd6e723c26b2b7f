package dev.piecewise.client.unpack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/** An archive's bytes: tells how many were read, and can be told to give no more than so many for now. */
final class MeteredChannel implements SeekableByteChannel {
    private final FileChannel file;
    private final LongConsumer progress;
    private long readBytes;
    private long left = Long.MAX_VALUE;
    private String beyond = "";

    private MeteredChannel(FileChannel file, LongConsumer progress) {
        this.file = file;
        this.progress = progress;
    }

    static MeteredChannel open(Path path, LongConsumer progress) throws IOException {
        return new MeteredChannel(FileChannel.open(path, StandardOpenOption.READ), progress);
    }

    /**
     * From now on no more than so many bytes are read.
     *
     * @param reason of the {@link ArchiveRefused} that more would bring
     */
    void allow(long bytes, String reason) {
        left = bytes;
        beyond = reason;
    }

    void allowAll() {
        left = Long.MAX_VALUE;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int read = file.read(into);
        if (read > 0) {
            left -= read;
            if (left < 0) {
                throw new ArchiveRefused(beyond);
            }
            readBytes += read;
            progress.accept(Math.min(readBytes, file.size()));
        }
        return read;
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
        file.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public int write(ByteBuffer from) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
