package dev.piecewise.core.metainfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.TorrentFault;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class MetainfoTest {
    private static final PieceHash HASH = PieceHash.of(new byte[PieceHash.BYTES]);

    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll("infos") InfoDictionary info) {
        Metainfo metainfo =
                Metainfo.of(info, Optional.of("http://tracker:7070/announce"), List.of("http://a/", "http://b/"));
        assertThat(Metainfo.parse(metainfo.encode())).isEqualTo(metainfo);
        assertThat(InfoDictionary.parse(info.encode())).isEqualTo(info);
    }

    @Property(tries = 300)
    void whatStandsOutsideTheInfoDictionaryDoesNotChangeTheInfohash(@ForAll("infos") InfoDictionary info) {
        Metainfo bare =
                Metainfo.parse(Metainfo.of(info, Optional.empty(), List.of()).encode());
        assertThat(bare.infoHash()).isEqualTo(info.infoHash());
    }

    @Property(tries = 1000)
    void damagedBytesGiveATorrentOrAFault(@ForAll("infos") InfoDictionary info, @ForAll int where, @ForAll byte with) {
        byte[] bytes = Metainfo.of(info, Optional.empty(), List.of()).encode();
        bytes[Math.floorMod(where, bytes.length)] = with;
        try {
            assertThat(Metainfo.parse(bytes).info().hashes()).isNotEmpty();
        } catch (TorrentFault refused) {
            assertThat(refused).hasMessageContaining("torrent");
        }
    }

    @Example
    void theInfoDictionaryIsExactlyTheSpecifiedBytes() {
        InfoDictionary info = new InfoDictionary(
                new ArtifactContent("m.bin", true, List.of(new FileEntry("m.bin", 13)), new PieceLayout(13, 16384)),
                List.of(HASH),
                true);
        String expected =
                "d6:lengthi13e4:name5:m.bin12:piece lengthi16384e6:pieces20:" + "\0".repeat(20) + "7:privatei1ee";
        assertThat(new String(info.encode(), StandardCharsets.ISO_8859_1)).isEqualTo(expected);
        assertThat(info.infoHash().hex()).isEqualTo("b0f2658be1a4a55d3fb666bc1ddc5cdc43709663");
    }

    @Example
    void hostilePathsAreRefused() {
        for (String path : List.of("2:..", "0:", "1:.", "3:a/b", "1:\0")) {
            byte[] bytes = ("d4:infod5:filesld6:lengthi1e4:pathl" + path
                            + "eee4:name1:n12:piece lengthi16384e6:pieces20:" + "\0".repeat(20) + "ee")
                    .getBytes(StandardCharsets.ISO_8859_1);
            assertThatThrownBy(() -> Metainfo.parse(bytes)).as(path).isInstanceOf(TorrentFault.class);
        }
    }

    @Example
    void sizesThatOverflowAreRefused() {
        byte[] bytes =
                ("d4:infod5:filesld6:lengthi9223372036854775807e4:pathl1:aeed6:lengthi9223372036854775807e4:pathl1:bee"
                                + "e4:name1:n12:piece lengthi16384e6:pieces20:" + "\0".repeat(20) + "ee")
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Metainfo.parse(bytes)).isInstanceOf(TorrentFault.class);
    }

    @Property(tries = 200)
    void magnetLinksAreReadAsWritten(@ForAll("names") String name, @ForAll("names") String tracker) {
        MagnetLink link = new MagnetLink(
                InfoHash.of(new byte[InfoHash.BYTES]),
                Optional.of(name),
                List.of("http://h/announce?k=" + tracker, "http://i/"));
        assertThat(MagnetLink.parse(link.toString())).isEqualTo(link);
    }

    @Example
    void aMagnetLinkWithoutInfohashIsRefused() {
        for (String text : List.of(
                "http://x/",
                "magnet:?dn=x",
                "magnet:?xt=urn:btih:12",
                "magnet:?xt=urn:btmh:1220" + "ab".repeat(32),
                "magnet:?xt=urn:btih:" + "1".repeat(32),
                "magnet:?xt=urn:btih:" + "0".repeat(40) + "&tr=%zz")) {
            assertThatThrownBy(() -> MagnetLink.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Property(tries = 200)
    void base32InfohashesAreReadAsHexadecimalOnes(@ForAll @Size(InfoHash.BYTES) byte[] bytes) {
        StringBuilder digits = new StringBuilder();
        BigInteger number = new BigInteger(1, bytes);
        for (int shift = 155; shift >= 0; shift -= 5) {
            digits.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
                    .charAt(number.shiftRight(shift).intValue() & 31));
        }
        assertThat(MagnetLink.parse("magnet:?xt=urn:btih:" + digits).infoHash()).isEqualTo(InfoHash.of(bytes));
        assertThat(MagnetLink.parse("magnet:?xt=urn:btih:" + digits.toString().toLowerCase(Locale.ROOT))
                        .infoHash())
                .isEqualTo(InfoHash.of(bytes));
    }

    @Example
    void peersOfAMagnetLinkAreReadAndHopelessOnesIgnored() {
        String hash = "magnet:?xt=urn:btih:" + "0".repeat(40);
        MagnetLink link = MagnetLink.parse(hash + "&x.pe=10.0.0.1:6881&x.pe=[::1]:7&x.pe=host:8&x.pe=host:0&x.pe=x");
        assertThat(link.peers())
                .containsExactly(
                        InetSocketAddress.createUnresolved("10.0.0.1", 6881),
                        InetSocketAddress.createUnresolved("::1", 7),
                        InetSocketAddress.createUnresolved("host", 8));
        assertThat(MagnetLink.parse(link.toString())).isEqualTo(link);
    }

    @Example
    void everyTrackerOfAMagnetLinkCountsNumberedOrNot() {
        String hash = "magnet:?xt=urn:btih:" + "0".repeat(40);
        assertThat(MagnetLink.parse(hash + "&tr=http%3A%2F%2Fa%2Fk%2Fx%2Fannounce&tr.1=udp%3A%2F%2Fb&tr=http://c/")
                        .trackers())
                .containsExactly("http://a/k/x/announce", "udp://b", "http://c/");
    }

    @Example
    void theBytesOfAForeignInfoDictionaryAreKept() {
        byte[] bytes = ("d6:lengthi1e4:name1:n12:piece lengthi16384e6:pieces20:" + "x".repeat(20) + "6:source1:se")
                .getBytes(StandardCharsets.US_ASCII);
        EncodedInfo info = EncodedInfo.parse(bytes);
        assertThat(info.bytes()).isEqualTo(bytes);
        assertThat(info.infoHash())
                .isEqualTo(InfoDictionary.hashOf(bytes))
                .isNotEqualTo(info.info().infoHash());
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings().ofMinLength(1).ofMaxLength(8).filter(MetainfoTest::isName);
    }

    @Provide
    Arbitrary<InfoDictionary> infos() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        Arbitrary<List<Long>> sizes =
                Arbitraries.longs().between(0, 100_000).list().ofMinSize(1).ofMaxSize(4);
        return Combinators.combine(names(), sizes, flags).as((name, fileSizes, privateTorrent) -> {
            List<FileEntry> files = new ArrayList<>();
            for (long size : fileSizes) {
                files.add(new FileEntry(fileSizes.size() == 1 ? name : "d/" + files.size() + name, size));
            }
            files.add(new FileEntry("last", 1));
            return info(name, files, privateTorrent);
        });
    }

    private static InfoDictionary info(String name, List<FileEntry> files, boolean privateTorrent) {
        boolean single = files.size() == 2 && files.get(0).sizeBytes() > 0;
        List<FileEntry> used = single ? files.subList(0, 1) : files;
        long total = used.stream().mapToLong(FileEntry::sizeBytes).sum();
        PieceLayout layout = new PieceLayout(total, PieceLength.BLOCK_BYTES);
        List<PieceHash> hashes = new ArrayList<>();
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            byte[] hash = new byte[PieceHash.BYTES];
            hash[0] = (byte) piece;
            hashes.add(PieceHash.of(hash));
        }
        return new InfoDictionary(new ArtifactContent(name, single, used, layout), hashes, privateTorrent);
    }

    private static boolean isName(String text) {
        try {
            return new FileEntry(text, 0).path().indexOf('/') < 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
