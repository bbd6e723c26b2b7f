package dev.piecewise.core.checksum;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/**
 * CRC-64/NVME, which the JDK does not have: eight bytes a step by eight tables ("slicing-by-8", Kounavis and Berry 2005), three blocks side
 * by side, as each step waits for the one before.
 */
final class Crc64Nvme implements Checksum {
    static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK = 1024;
    /** What becomes of a value, byte by byte from its highest, when eight bytes of zero follow it; and when a block does. */
    private static final long[][] TABLES = tables(Long.BYTES);

    private static final long[][] BLOCKS = tables(BLOCK);

    private long state = ~0L;

    private static long[][] tables(long zeros) {
        long shift = Crc.CRC64NVME.shift(zeros);
        long[][] tables = new long[Long.BYTES][256];
        for (int table = 0; table < tables.length; table++) {
            for (long value = 0; value < 256; value++) {
                long place = value << (Byte.SIZE * (Long.BYTES - 1 - table));
                tables[table][(int) value] = Crc.CRC64NVME.multiply(shift, place);
            }
        }
        return tables;
    }

    @Override
    public void update(int value) {
        state = state >>> Byte.SIZE ^ TABLES[0][((int) state ^ value) & 0xFF];
    }

    @Override
    public void update(byte[] bytes, int from, int count) {
        long crc = state;
        int at = from;
        int end = from + count;
        for (; at <= end - 3 * BLOCK; at += 3 * BLOCK) {
            long second = 0;
            long third = 0;
            for (int i = at; i < at + BLOCK; i += Long.BYTES) {
                crc = shifted(TABLES, crc ^ (long) LONGS.get(bytes, i));
                second = shifted(TABLES, second ^ (long) LONGS.get(bytes, i + BLOCK));
                third = shifted(TABLES, third ^ (long) LONGS.get(bytes, i + 2 * BLOCK));
            }
            crc = shifted(BLOCKS, shifted(BLOCKS, crc) ^ second) ^ third;
        }
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            crc = shifted(TABLES, crc ^ (long) LONGS.get(bytes, at));
        }
        state = crc;
        for (; at < end; at++) {
            update(bytes[at]);
        }
    }

    private static long shifted(long[][] tables, long crc) {
        return tables[7][(int) crc & 0xFF]
                ^ tables[6][(int) (crc >>> 8) & 0xFF]
                ^ tables[5][(int) (crc >>> 16) & 0xFF]
                ^ tables[4][(int) (crc >>> 24) & 0xFF]
                ^ tables[3][(int) (crc >>> 32) & 0xFF]
                ^ tables[2][(int) (crc >>> 40) & 0xFF]
                ^ tables[1][(int) (crc >>> 48) & 0xFF]
                ^ tables[0][(int) (crc >>> 56)];
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = ~0L;
    }
}
