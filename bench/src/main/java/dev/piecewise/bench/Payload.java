package dev.piecewise.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * The file that a measurement moves: bytes that cannot be compressed, the same for every size and run.
 *
 * @param file where it lies
 * @param bytes its size
 * @param sha256 of its content, hexadecimal
 */
public record Payload(Path file, long bytes, String sha256) {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = 0x62656e6368L;

    /** Writes it. */
    public static Payload create(Path file, long bytes) throws IOException {
        return create(file, bytes, 0);
    }

    /** Writes one of several, which have nothing in common. */
    public static Payload create(Path file, long bytes, int number) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED + number);
        byte[] block = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long left = bytes; left > 0; left -= block.length) {
                for (int i = 0; i < block.length; i += Long.BYTES) {
                    LONG.set(block, i, random.nextLong());
                }
                out.write(block, 0, (int) Math.min(left, block.length));
            }
        }
        return new Payload(file, bytes, sha256(file));
    }

    /** Whether a copy is equal to it. */
    public boolean equalsCopy(Path copy) throws IOException {
        return Files.isRegularFile(copy)
                && Files.size(copy) == bytes
                && sha256(copy).equals(sha256);
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        byte[] buffer = new byte[1 << 18];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
