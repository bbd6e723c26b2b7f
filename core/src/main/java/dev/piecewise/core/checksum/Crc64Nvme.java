package dev.piecewise.core.checksum;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/** CRC-64/NVME, eight bytes a step by eight tables ("slicing-by-8", Kounavis and Berry 2005): the JDK has none. */
final class Crc64Nvme implements Checksum {
    static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long[][] TABLES = tables();

    private long state = ~0L;

    /** In the n-th table what a byte becomes when n bytes of zero follow it. */
    private static long[][] tables() {
        long[][] tables = new long[Long.BYTES][256];
        for (int value = 0; value < 256; value++) {
            long crc = value;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
            }
            tables[0][value] = crc;
        }
        for (int table = 1; table < tables.length; table++) {
            for (int value = 0; value < 256; value++) {
                long before = tables[table - 1][value];
                tables[table][value] = before >>> Byte.SIZE ^ tables[0][(int) before & 0xFF];
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
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long mixed = crc ^ (long) LONGS.get(bytes, at);
            crc = TABLES[7][(int) mixed & 0xFF]
                    ^ TABLES[6][(int) (mixed >>> 8) & 0xFF]
                    ^ TABLES[5][(int) (mixed >>> 16) & 0xFF]
                    ^ TABLES[4][(int) (mixed >>> 24) & 0xFF]
                    ^ TABLES[3][(int) (mixed >>> 32) & 0xFF]
                    ^ TABLES[2][(int) (mixed >>> 40) & 0xFF]
                    ^ TABLES[1][(int) (mixed >>> 48) & 0xFF]
                    ^ TABLES[0][(int) (mixed >>> 56)];
        }
        state = crc;
        for (; at < end; at++) {
            update(bytes[at]);
        }
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
