package dev.piecewise.core.checksum;

import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * The checksums of S3 that parts have for the whole, too: of two neighbours' values and the second's length follows that of both
 * ({@link CrcSum}). SHA-1 and SHA-256, which S3 also knows, are no such. Values are unsigned, in the low bits of a {@code long}.
 *
 * <p>All three are bit-reflected, begin with ones and are inverted at the end; so that of no bytes is 0.
 */
public enum Crc {
    /** That of zip and Ethernet. */
    CRC32(32, 0xEDB88320L),
    /** Castagnoli's. */
    CRC32C(32, 0x82F63B78L),
    /** CRC-64/NVME, also known as CRC-64/Rocksoft; what S3 keeps of an object unless told otherwise. */
    CRC64NVME(64, Crc64Nvme.POLYNOMIAL);

    private final int bits;
    private final long polynomial; // without its leading term, the lowest power in the highest bit

    Crc(int bits, long polynomial) {
        this.bits = bits;
        this.polynomial = polynomial;
    }

    /** That of this name, in whatever case; S3's names are those of the constants. */
    public static Optional<Crc> named(String name) {
        return Arrays.stream(values())
                .filter(crc -> crc.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }

    /** Computes one, from no bytes on. */
    public Checksum start() {
        return switch (this) {
            case CRC32 -> new CRC32();
            case CRC32C -> new CRC32C();
            case CRC64NVME -> new Crc64Nvme();
        };
    }

    /** A value as S3 writes it: big-endian, in base64. */
    public String text(long value) {
        byte[] bytes = new byte[bits / Byte.SIZE];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> (bits - Byte.SIZE * (i + 1)));
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** @throws IllegalArgumentException if this is not a value as S3 writes it */
    public long parse(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (bytes.length != bits / Byte.SIZE) {
            throw new IllegalArgumentException("'" + text + "' is not a " + this + " of " + bits + " bits in base64");
        }
        long value = 0;
        for (byte next : bytes) {
            value = value << Byte.SIZE | Byte.toUnsignedLong(next);
        }
        return value;
    }

    /** x to the power of eight times {@code bytes}: what the value of a part is multiplied by when so many bytes follow it. */
    long shift(long bytes) {
        long power = 1L << (bits - 1);
        long square = power >>> Byte.SIZE;
        for (long left = bytes; left > 0; left >>>= 1) {
            if ((left & 1) != 0) {
                power = multiply(power, square);
            }
            square = multiply(square, square);
        }
        return power;
    }

    /** The product of two polynomials over GF(2), modulo this one's. */
    long multiply(long first, long second) {
        long product = 0;
        long shifted = second;
        for (long bit = 1L << (bits - 1); bit != 0; bit >>>= 1) {
            if ((first & bit) != 0) {
                product ^= shifted;
                if ((first & (bit - 1)) == 0) {
                    return product;
                }
            }
            shifted = (shifted & 1) == 0 ? shifted >>> 1 : shifted >>> 1 ^ polynomial;
        }
        return product;
    }
}
