package dev.piecewise.core.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CrcTest {
    private static long of(Crc crc, byte[] bytes, int from, int count) {
        Checksum checksum = crc.start();
        checksum.update(bytes, from, count);
        return checksum.getValue();
    }

    @ParameterizedTest
    @CsvSource({"CRC32,cbf43926,y/Q5Jg==", "CRC32C,e3069283,4waSgw==", "CRC64NVME,ae8b14860a799888,rosUhgp5mIg="})
    void theCheckValuesOfTheCatalogueComeOut(Crc crc, String hex, String base64) {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(of(crc, digits, 0, 9)).isEqualTo(Long.parseUnsignedLong(hex, 16));
        assertThat(crc.text(of(crc, digits, 0, 9))).isEqualTo(base64);
        assertThat(crc.parse(base64)).isEqualTo(Long.parseUnsignedLong(hex, 16));
        assertThat(of(crc, digits, 0, 0)).isZero();
    }

    @Test
    void theFastWayIsThatOfTheDefinition() {
        Random random = new Random(2);
        for (int run = 0; run < 100; run++) {
            byte[] bytes = new byte[random.nextInt(20_000)];
            random.nextBytes(bytes);
            int from = random.nextInt(bytes.length + 1);
            long expected = ~0L;
            for (int i = from; i < bytes.length; i++) {
                expected ^= Byte.toUnsignedLong(bytes[i]);
                for (int bit = 0; bit < 8; bit++) {
                    expected = (expected & 1) == 0 ? expected >>> 1 : expected >>> 1 ^ 0x9A6C9329AC4BC9B5L;
                }
            }
            assertThat(of(Crc.CRC64NVME, bytes, from, bytes.length - from)).isEqualTo(~expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theValuesOfPartsGiveThatOfTheWholeWhereverItIsCut(Crc crc) {
        Random random = new Random(7);
        for (int run = 0; run < 200; run++) {
            byte[] bytes = new byte[random.nextInt(5000)];
            random.nextBytes(bytes);
            CrcSum sum = new CrcSum(crc);
            int equal = 1 + random.nextInt(700);
            for (int from = 0; from < bytes.length; ) {
                int count = random.nextInt(4) == 0 ? random.nextInt(bytes.length - from + 1) : equal;
                count = Math.min(count, bytes.length - from);
                sum.add(of(crc, bytes, from, count), count);
                from += count;
            }
            assertThat(sum.value()).isEqualTo(of(crc, bytes, 0, bytes.length));
        }
    }

    @Test
    void partsOfValueZeroCount() {
        byte[] bytes = {(byte) 0x9d, 0x0a, (byte) 0xd9, 0x6d, 7, 8, (byte) 0x9d, 0x0a, (byte) 0xd9, 0x6d, 9};
        assertThat(of(Crc.CRC32, bytes, 0, 4)).isZero();
        CrcSum sum = new CrcSum(Crc.CRC32);
        int from = 0;
        for (int count : new int[] {0, 4, 2, 4, 1}) {
            sum.add(of(Crc.CRC32, bytes, from, count), count);
            from += count;
        }
        assertThat(sum.value()).isEqualTo(of(Crc.CRC32, bytes, 0, bytes.length));
    }

    @ParameterizedTest
    @EnumSource
    void partsMayBeLongerThanAnArray(Crc crc) {
        byte[] mebibyte = new byte[1 << 20];
        new Random(3).nextBytes(mebibyte);
        long value = of(crc, mebibyte, 0, mebibyte.length);
        CrcSum small = new CrcSum(crc);
        small.add(5, 1);
        CrcSum large = new CrcSum(crc);
        for (int i = 0; i < 5 * 1024; i++) {
            small.add(value, mebibyte.length);
            large.add(value, mebibyte.length);
        }
        CrcSum sum = new CrcSum(crc);
        sum.add(5, 1);
        sum.add(large.value(), 5L << 30);
        assertThat(sum.value()).isEqualTo(small.value());
    }

    @ParameterizedTest
    @EnumSource
    void bytesMayComeInAnyPortions(Crc crc) {
        byte[] bytes = new byte[1000];
        new Random(1).nextBytes(bytes);
        Checksum portions = crc.start();
        portions.update(bytes[0]);
        portions.update(bytes, 1, 13);
        portions.update(Arrays.copyOfRange(bytes, 14, 1000));
        assertThat(portions.getValue()).isEqualTo(of(crc, bytes, 0, 1000));
        portions.reset();
        assertThat(portions.getValue()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoValueIsRefused(Crc crc) {
        assertThatThrownBy(() -> crc.parse("AAAA")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> crc.parse("?")).isInstanceOf(IllegalArgumentException.class);
        assertThat(Crc.named(crc.name())).contains(crc);
        assertThat(Crc.named("SHA256")).isEmpty();
    }
}
