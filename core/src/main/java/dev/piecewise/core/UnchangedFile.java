package dev.piecewise.core;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A part of a file for as long as the file stays what it was: its {@link FileRoots#version} is compared when it is open and after
 * every read, so no byte of another version gets out.
 */
public final class UnchangedFile extends InputStream {
    private final Path path;
    private final String version;
    private final FileInputStream file;
    private long left;

    /** The file is another version now, or gone. */
    public static final class Changed extends IOException {
        private static final long serialVersionUID = 1L;

        Changed(Path path) {
            super(path + " is not what it was");
        }
    }

    /**
     * Opens it.
     *
     * @param real without symbolic links
     * @param version the only one that is read
     * @param count how many bytes from {@code firstByte} on
     */
    public UnchangedFile(Path real, String version, long firstByte, long count) throws IOException {
        this.path = real;
        this.version = version;
        this.file = new FileInputStream(real.toFile());
        this.left = count;
        try {
            // After opening: what was opened before another file took its place fails here.
            check();
            file.skipNBytes(firstByte);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private void check() throws IOException {
        try {
            if (FileRoots.version(path).equals(version)) {
                return;
            }
        } catch (NoSuchFileException e) {
            throw new Changed(path);
        }
        throw new Changed(path);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
        if (left == 0) {
            return -1;
        }
        int got = file.read(into, from, (int) Math.min(count, left));
        check();
        left -= Math.max(0, got);
        return got;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
