package dev.piecewise.core.checksum;

/** The checksum of bytes of which only those of consecutive parts are known. Not thread-safe. */
public final class CrcSum {
    private final Crc crc;
    private long value;
    private long shiftBytes;
    private long shift;

    /** Of no bytes. */
    public CrcSum(Crc crc) {
        this.crc = crc;
        this.shift = crc.shift(0);
    }

    /** The next part; the first takes no time, others a microsecond if they are as long as the one before, else some ten. */
    public void add(long partValue, long partBytes) {
        if (value == 0) { // of no bytes, most often; it stays 0 however many follow
            value = partValue;
            return;
        }
        if (partBytes != shiftBytes) {
            shift = crc.shift(partBytes);
            shiftBytes = partBytes;
        }
        value = crc.multiply(shift, value) ^ partValue;
    }

    /** Of all parts so far. */
    public long value() {
        return value;
    }
}
