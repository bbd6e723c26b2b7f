package dev.piecewise.torrentbuilder.build;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Builds an info dictionary by reading a whole artifact with own credentials: what {@code piecewise torrent --offline} does. The
 * same artifact gives the same bytes as the tracker makes from its leases.
 */
public final class MetainfoBuilder {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final Origin origin;

    public MetainfoBuilder(Origin origin) {
        this.origin = origin;
    }

    /**
     * Reads every byte once, in order; keeps no more than a buffer of it.
     *
     * @param privateTorrent the cluster's setting (BEP 27)
     * @param progress told the bytes read so far, now and then
     * @throws OriginFault if the origin refuses, breaks or sends another number of bytes; {@code USAGE} for an artifact of zero
     *     bytes, which has no torrent
     */
    public InfoDictionary build(
            ResolvedArtifact artifact, PieceLength pieceLength, boolean privateTorrent, LongConsumer progress) {
        ArtifactContent content = artifact.content(pieceLength);
        if (content.layout().totalBytes() == 0) {
            throw new OriginFault(Kind.USAGE, artifact.uri() + " has zero bytes; there is no torrent of nothing");
        }
        PieceHasher hasher = new PieceHasher(content.layout());
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = 0;
        for (OriginObject object : artifact.objects()) {
            long size = object.entry().sizeBytes();
            long left = size;
            if (size > 0) {
                try (InputStream bytes = origin.read(artifact, object, 0, size - 1)) {
                    for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                        hasher.update(buffer, read);
                        left -= read;
                        done += read;
                        progress.accept(done);
                    }
                } catch (IOException e) {
                    throw new OriginFault(
                            Kind.FAILED, "reading " + artifact.uri() + " broke after " + done + " bytes", e);
                }
            }
            if (left != 0) {
                throw new OriginFault(
                        Kind.FAILED,
                        "the origin sent " + (size - left) + " of " + size + " bytes of '" + object.key() + "'");
            }
        }
        return new InfoDictionary(content, hasher.hashes(), privateTorrent);
    }

    private static final class PieceHasher {
        private final PieceLayout layout;
        private final List<PieceHash> hashes = new ArrayList<>();
        private final MessageDigest sha1;
        private int inPiece;

        PieceHasher(PieceLayout layout) {
            this.layout = layout;
            try {
                this.sha1 = MessageDigest.getInstance("SHA-1");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-1", e);
            }
        }

        void update(byte[] buffer, int length) {
            int offset = 0;
            while (offset < length && hashes.size() < layout.pieceCount()) {
                int take = Math.min(length - offset, layout.lengthOf(hashes.size()) - inPiece);
                sha1.update(buffer, offset, take);
                offset += take;
                inPiece += take;
                if (inPiece == layout.lengthOf(hashes.size())) {
                    hashes.add(PieceHash.of(sha1.digest()));
                    inPiece = 0;
                }
            }
        }

        List<PieceHash> hashes() {
            return hashes;
        }
    }
}
