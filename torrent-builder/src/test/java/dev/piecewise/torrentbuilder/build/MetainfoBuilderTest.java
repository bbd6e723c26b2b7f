package dev.piecewise.torrentbuilder.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetainfoBuilderTest {
    private static final PieceLength PIECE = new PieceLength(PieceLength.BLOCK_BYTES);

    @ParameterizedTest
    @ValueSource(ints = {1, 16383, 16384, 16385, 1_000_000})
    void everyPieceHasItsSha1(int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        InfoDictionary info = new MetainfoBuilder(new Served(bytes)).build(artifact(size), PIECE, true, done -> {});

        assertThat(info.hashes()).hasSize((size + PIECE.bytes() - 1) / PIECE.bytes());
        for (int piece = 0; piece < info.hashes().size(); piece++) {
            byte[] part = Arrays.copyOfRange(bytes, piece * PIECE.bytes(), Math.min(size, (piece + 1) * PIECE.bytes()));
            assertThat(info.hashes().get(piece))
                    .isEqualTo(PieceHash.of(MessageDigest.getInstance("SHA-1").digest(part)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 99, 101})
    void anotherNumberOfBytesThanPromisedIsAFault(int sent) {
        MetainfoBuilder builder = new MetainfoBuilder(new Served(new byte[sent]));
        assertThatThrownBy(() -> builder.build(artifact(100), PIECE, true, done -> {}))
                .isInstanceOf(OriginFault.class)
                .hasMessageContaining(sent + " of 100 bytes");
    }

    private static ResolvedArtifact artifact(long size) {
        return ResolvedArtifact.object(
                ArtifactUri.parse("s3://b/k"),
                "http://s3",
                new OriginObject("k", new VersionedEntry("k", size, "\"e\"")));
    }

    /** An origin of one object that sends what it has, whatever was asked. */
    private static final class Served implements Origin {
        private final byte[] bytes;

        Served(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public String scheme() {
            return "s3";
        }

        @Override
        public ResolvedArtifact resolve(ArtifactUri uri) {
            return artifact(bytes.length);
        }

        @Override
        public SignedRead presign(
                ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte, Duration validity) {
            throw new UnsupportedOperationException("nobody asks for it here");
        }

        @Override
        public InputStream read(ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public void close() {}
    }
}
