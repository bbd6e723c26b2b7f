package dev.piecewise.seeder.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    private static ByteRange parse(String header, long size) {
        return ByteRange.parse(List.of(header), size);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 0",
        "bytes=0-, 0, 99",
        "bytes=99-, 99, 99",
        "bytes=10-19, 10, 19",
        "bytes=10-1000, 10, 99",
        "bytes=10-99999999999999999999999999, 10, 99",
        "bytes=-1, 99, 99",
        "bytes=-100, 0, 99",
        "bytes=-99999999999999999999999999, 0, 99",
        "'Bytes= 3-4 ', 3, 4"
    })
    void onePart(String header, long first, long last) {
        assertThat(parse(header, 100)).isEqualTo(new ByteRange.Part(first, last));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-99999999999999999999999"})
    void noByteOfIt(String header) {
        assertThat(parse(header, 100)).isEqualTo(new ByteRange.Unsatisfiable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=5-4",
                "bytes=a-b",
                "bytes=1-2,4-5",
                "bytes=--1",
                "bytes=1--2",
                "items=0-1",
                "bytes=0x1-2",
                "bytes=1.5-2",
                "bytes=+1-2",
                "bytes 1-2",
                "bytes=1-2-3",
                "bytes=١-٢"
            })
    void whatIsMalformedOrSeveralIsTheWhole(String header) {
        assertThat(parse(header, 100)).isEqualTo(new ByteRange.Whole());
    }

    @Test
    void anEmptyFileHasNoPart() {
        assertThat(parse("bytes=0-", 0)).isEqualTo(new ByteRange.Unsatisfiable());
        assertThat(parse("bytes=-1", 0)).isEqualTo(new ByteRange.Unsatisfiable());
        assertThat(ByteRange.parse(List.of(), 0)).isEqualTo(new ByteRange.Whole());
        assertThat(ByteRange.parse(List.of("bytes=0-1", "bytes=2-3"), 9)).isEqualTo(new ByteRange.Whole());
    }

    @Property
    void noHeaderThrowsAndAPartLiesWithin(@ForAll String text, @ForAll @LongRange(min = 0) long size) {
        for (String header :
                List.of(text, "bytes=" + text, "bytes=" + size + "-" + text, "bytes=" + text + "-" + size)) {
            if (parse(header, size) instanceof ByteRange.Part part) {
                assertThat(part.first()).isBetween(0L, part.last());
                assertThat(part.last()).isLessThan(size);
            }
        }
    }

    @Property
    void aPartIsWhatWasAskedForAsFarAsItExists(
            @ForAll @LongRange(min = 0) long first,
            @ForAll @LongRange(min = 0) long last,
            @ForAll @LongRange(min = 1) long size) {
        ByteRange range = parse("bytes=" + first + "-" + last, size);
        if (last < first) {
            assertThat(range).isEqualTo(new ByteRange.Whole());
        } else if (first >= size) {
            assertThat(range).isEqualTo(new ByteRange.Unsatisfiable());
        } else {
            assertThat(range).isEqualTo(new ByteRange.Part(first, Math.min(last, size - 1)));
        }
    }
}
