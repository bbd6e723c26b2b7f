package dev.piecewise.core.announce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceCodec.PeerForm;
import dev.piecewise.core.fault.PeerFault;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AnnounceCodecTest {
    @Property(tries = 300)
    void aRequestIsReadAsWritten(@ForAll("requests") AnnounceRequest request) {
        assertThat(request(AnnounceCodec.toQuery(request))).isEqualTo(request);
    }

    @Property(tries = 300)
    void aCompactResponseIsReadAsWrittenV4BeforeV6(@ForAll("responses") AnnounceResponse response) {
        AnnounceResponse read = AnnounceCodec.decode(AnnounceCodec.encode(response, PeerForm.COMPACT));
        assertThat(read.peers()).containsExactlyInAnyOrderElementsOf(response.peers());
        assertThat(read.interval()).isEqualTo(response.interval());
        assertThat(read.minInterval()).isEqualTo(response.minInterval());
        assertThat(read.complete()).isEqualTo(response.complete());
        assertThat(read.incomplete()).isEqualTo(response.incomplete());
    }

    @Property(tries = 300)
    void aResponseOfDictionariesIsReadAsWritten(@ForAll("responses") AnnounceResponse response) {
        AnnounceResponse read = AnnounceCodec.decode(AnnounceCodec.encode(response, PeerForm.DICTIONARIES));
        assertThat(read).isEqualTo(response);
    }

    @Property(tries = 1000)
    void arbitraryQueriesGiveARequestOrAFault(@ForAll("queries") String query) {
        try {
            assertThat(request(query).port()).isBetween(1, 65_535);
        } catch (PeerFault refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Property(tries = 1000)
    void arbitraryBodiesGiveAResponseOrAFault(
            @ForAll("responses") AnnounceResponse response, @ForAll int where, @ForAll byte with) {
        byte[] body = AnnounceCodec.encode(response, with % 2 == 0 ? PeerForm.COMPACT : PeerForm.DICTIONARIES);
        body[Math.floorMod(where, body.length)] = with;
        try {
            assertThat(AnnounceCodec.decode(body).interval()).isPositive();
        } catch (PeerFault refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Example
    void theWireFormIsTheSpecifiedOne() throws UnknownHostException {
        AnnounceResponse response = new AnnounceResponse(
                Duration.ofSeconds(30), Duration.ofSeconds(5), 1, 2, List.of(peer(new byte[] {10, 0, 0, 1}, 6881)));
        assertThat(new String(AnnounceCodec.encode(response, PeerForm.COMPACT), StandardCharsets.ISO_8859_1))
                .isEqualTo(
                        "d8:completei1e10:incompletei2e8:intervali30e12:min intervali5e5:peers6:\n\0\0\1\u001a\u00e1e");
    }

    @Example
    void compactPeersOfBothFamiliesStandInTheirOwnStrings() throws UnknownHostException {
        byte[] v6 = new byte[16];
        v6[0] = 0x20;
        AnnounceResponse response = new AnnounceResponse(
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                0,
                0,
                List.of(peer(v6, 1), peer(new byte[] {10, 0, 0, 1}, 2)));
        assertThat(new String(AnnounceCodec.encode(response, PeerForm.COMPACT), StandardCharsets.ISO_8859_1))
                .endsWith("5:peers6:\n\0\0\1\0\u00026:peers618: " + "\0".repeat(16) + "\u0001e");
    }

    @Example
    void namesAndValuesMayBePercentEncodedAndOnlyWhatIsReadMustBeWellFormed() {
        String rest = "&peer_id=" + "b".repeat(20) + "&port=%31%30&x=%zz&=&&y";
        assertThat(request("info%5Fhash=" + "+%2b".repeat(10) + rest))
                .isEqualTo(new AnnounceRequest(
                        InfoHash.of(" +".repeat(10).getBytes(StandardCharsets.US_ASCII)),
                        PeerId.of("b".repeat(20).getBytes(StandardCharsets.US_ASCII)),
                        10,
                        0,
                        0,
                        Long.MAX_VALUE,
                        AnnounceEvent.NONE,
                        -1));
        assertThatThrownBy(() -> request("info_hash=%4" + rest)).hasMessageContaining("percent-encoding");
    }

    @Example
    void aFailureReasonBecomesAFaultOfThatMessage() {
        assertThatThrownBy(() -> AnnounceCodec.decode(AnnounceCodec.encodeFailure("unknown infohash")))
                .isInstanceOf(PeerFault.class)
                .hasMessageContaining("unknown infohash");
    }

    @Example
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> request("port=1")).hasMessageContaining("info_hash is missing");
        String hash = "info_hash=" + "a".repeat(20) + "&peer_id=" + "b".repeat(20);
        assertThatThrownBy(() -> request(hash)).hasMessageContaining("port is missing");
        assertThatThrownBy(() -> request(hash + "&port=0")).isInstanceOf(PeerFault.class);
        assertThat(request(hash + "&port=1").leftBytes()).isPositive();
    }

    @Example
    void aScrapeIsReadAsWritten() {
        InfoHash one = InfoHash.of(new byte[20]);
        InfoHash other = InfoHash.fromHex("ff".repeat(20));
        assertThat(ScrapeCodec.fromQuery(QueryString.parse(ScrapeCodec.toQuery(List.of(one, other)))))
                .containsExactly(one, other);
        ScrapeResponse response = new ScrapeResponse(
                Map.of(one, new ScrapeResponse.Counts(1, 2, 3), other, new ScrapeResponse.Counts(0, 0, 0)));
        assertThat(ScrapeCodec.decode(ScrapeCodec.encode(response))).isEqualTo(response);
    }

    @Provide
    Arbitrary<AnnounceRequest> requests() {
        Arbitrary<byte[]> twenty = Arbitraries.bytes().array(byte[].class).ofSize(20);
        Arbitrary<Long> counts = Arbitraries.longs().greaterOrEqual(0);
        return Combinators.combine(
                        twenty,
                        twenty,
                        Arbitraries.integers().between(1, 65_535),
                        counts,
                        counts,
                        counts,
                        Arbitraries.of(AnnounceEvent.class),
                        Arbitraries.integers().greaterOrEqual(-1))
                .as((hash, id, port, up, down, left, event, wanted) ->
                        new AnnounceRequest(InfoHash.of(hash), PeerId.of(id), port, up, down, left, event, wanted));
    }

    @Provide
    Arbitrary<AnnounceResponse> responses() {
        Arbitrary<Integer> ports = Arbitraries.integers().between(1, 65_535);
        Arbitrary<InetSocketAddress> v4 = Combinators.combine(
                        Arbitraries.bytes().array(byte[].class).ofSize(4), ports)
                .as(AnnounceCodecTest::peer);
        // The first byte keeps clear of IPv4-mapped addresses, which Java turns into IPv4.
        Arbitrary<InetSocketAddress> v6 = Combinators.combine(
                        Arbitraries.bytes().array(byte[].class).ofSize(16), ports)
                .as((address, port) -> {
                    address[0] = 0x20;
                    return peer(address, port);
                });
        Arbitrary<List<InetSocketAddress>> peers =
                Arbitraries.oneOf(v4, v6).list().ofMaxSize(5);
        Arbitrary<Integer> counts = Arbitraries.integers().between(0, 1_000_000);
        Arbitrary<Duration> intervals = Arbitraries.longs().between(1, 86_400).map(Duration::ofSeconds);
        return Combinators.combine(intervals, intervals, counts, counts, peers).as(AnnounceResponse::new);
    }

    @Provide
    Arbitrary<String> queries() {
        Arbitrary<String> damaged = Combinators.combine(
                        requests(), Arbitraries.integers(), Arbitraries.chars().ascii())
                .as((request, where, with) -> {
                    StringBuilder query = new StringBuilder(AnnounceCodec.toQuery(request));
                    query.setCharAt(Math.floorMod(where, query.length()), with);
                    return query.toString();
                });
        return Arbitraries.oneOf(damaged, Arbitraries.strings().ofMaxLength(80));
    }

    private static AnnounceRequest request(String query) {
        return AnnounceCodec.fromQuery(QueryString.parse(query));
    }

    private static InetSocketAddress peer(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
