package dev.piecewise.core.bencode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.fault.PeerFault;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BencodeTest {
    @Property(tries = 500)
    void whatIsEncodedDecodesToTheSameValue(@ForAll("values") BencodeValue value) {
        assertThat(Bencode.decode(Bencode.encode(value))).isEqualTo(value);
    }

    @Property(tries = 2000)
    void arbitraryBytesGiveAValueOrAFault(@ForAll("almostBencoded") byte[] bytes) {
        BencodeValue value;
        try {
            value = Bencode.decode(bytes);
        } catch (PeerFault refused) {
            return;
        }
        assertThat(Bencode.encode(value)).as("decoding is strict").isEqualTo(bytes);
    }

    @Property(tries = 300)
    void everyProperPrefixIsRefused(@ForAll("values") BencodeValue value) {
        byte[] whole = Bencode.encode(value);
        for (int length = 0; length < whole.length; length++) {
            byte[] prefix = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Bencode.decode(prefix)).isInstanceOf(PeerFault.class);
        }
    }

    @Example
    void whatIsNotCanonicalIsRefused() {
        for (String text : new String[] {
            "",
            "i-0e",
            "i01e",
            "ie",
            "i-e",
            "i1",
            "i99999999999999999999e",
            "01:a",
            "5:abc",
            "99999999999:a",
            "-1:a",
            "d1:b0:1:a0:e",
            "d1:a0:1:a0:e",
            "di1e0:e",
            "d1:ae",
            "i1ei2e",
            "x",
            "l",
            "9223372036854775807:a"
        }) {
            assertThatThrownBy(() -> Bencode.decode(text.getBytes(StandardCharsets.US_ASCII)))
                    .as(text)
                    .isInstanceOf(PeerFault.class);
        }
    }

    @Example
    void deepNestingIsRefusedBeforeTheStackEnds() {
        byte[] deep = new byte[1_000_000];
        Arrays.fill(deep, (byte) 'l');
        assertThatThrownBy(() -> Bencode.decode(deep)).isInstanceOf(PeerFault.class);
    }

    @Example
    void keysAreOrderedByTheirRawBytes() {
        SortedMap<BString, BencodeValue> entries = new TreeMap<>();
        entries.put(BString.of(new byte[] {(byte) 0xff}), new BInteger(1));
        entries.put(BString.of("a"), new BInteger(2));
        byte[] encoded = Bencode.encode(new BDictionary(entries));
        assertThat(new String(encoded, StandardCharsets.ISO_8859_1)).isEqualTo("d1:ai2e1:\u00ffi1ee");
    }

    @Provide
    Arbitrary<BencodeValue> values() {
        Arbitrary<BencodeValue> leaves = Arbitraries.oneOf(
                Arbitraries.longs().map(BInteger::new), strings().map(string -> string));
        return Arbitraries.recursive(() -> leaves, BencodeTest::containers, 0, 3);
    }

    @Provide
    Arbitrary<byte[]> almostBencoded() {
        Arbitrary<Byte> bytes =
                Arbitraries.of("ilde0123456789:-abc".chars().boxed().toList()).map(Integer::byteValue);
        Arbitrary<byte[]> broken = Combinators.combine(values(), Arbitraries.integers(), Arbitraries.bytes())
                .as((value, where, with) -> {
                    byte[] encoded = Bencode.encode(value);
                    encoded[Math.floorMod(where, encoded.length)] = with;
                    return encoded;
                });
        return Arbitraries.oneOf(
                broken,
                bytes.array(byte[].class).ofMaxSize(40),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(60));
    }

    private static Arbitrary<BString> strings() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(12).map(BString::of);
    }

    private static Arbitrary<BencodeValue> containers(Arbitrary<BencodeValue> inner) {
        Arbitrary<BencodeValue> lists = inner.list().ofMaxSize(3).map(BList::new);
        Arbitrary<BencodeValue> dictionaries =
                Arbitraries.maps(strings(), inner).ofMaxSize(3).map(map -> new BDictionary(new TreeMap<>(map)));
        return Arbitraries.oneOf(inner, lists, dictionaries);
    }
}
