package dev.piecewise.bench.tracker;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;

/** An S3 origin of objects of one size that are never read, signed for at no cost. */
public record UnreadOrigin(long sizeBytes) implements Origin {
    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    public ResolvedArtifact resolve(ArtifactUri uri) {
        return ResolvedArtifact.object(
                uri,
                "http://origin",
                new OriginObject(uri.key(), new VersionedEntry(uri.key(), sizeBytes, "\"bench\"")));
    }

    @Override
    public SignedRead presign(
            ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte, Duration validity) {
        return new SignedRead("http://origin/" + object.key(), Map.of(), firstByte, lastByte);
    }

    @Override
    public InputStream read(ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte) {
        throw new UnsupportedOperationException("nothing is read");
    }

    @Override
    public void close() {}
}
