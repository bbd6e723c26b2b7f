package dev.piecewise.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.SplittableRandom;

/** Bytes that look random, cannot be compressed, and are the same in every demo of the same size. */
final class ObjectContent extends InputStream {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = 0x70696563_65776973L;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final MessageDigest sha256 = sha256();
    private final byte[] block = new byte[1 << 16];
    private long left;
    private int next = block.length;

    ObjectContent(long sizeBytes) {
        this.left = sizeBytes;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (left == 0) {
            return length == 0 ? 0 : -1;
        }
        if (next == block.length) {
            for (int i = 0; i < block.length; i += Long.BYTES) {
                LONG.set(block, i, random.nextLong());
            }
            next = 0;
        }
        int count = (int) Math.min(left, Math.min(length, block.length - next));
        System.arraycopy(block, next, into, offset, count);
        sha256.update(block, next, count);
        next += count;
        left -= count;
        return count;
    }

    /** SHA-256 of all that was read, hexadecimal; to be called once, at the end. */
    String digest() {
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** SHA-256 of a file, hexadecimal. */
    static String digest(Path file) {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
