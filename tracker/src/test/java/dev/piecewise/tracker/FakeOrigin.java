package dev.piecewise.tracker;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** An origin of sizes and versions without bytes; its URLs lead nowhere. */
public final class FakeOrigin implements Origin {
    public final AtomicInteger resolves = new AtomicInteger();

    /** Take its permits to hold resolves back. */
    public final Semaphore mayResolve = new Semaphore(1_000_000);

    public volatile boolean signs = true;
    private final Map<String, VersionedEntry> objects = new ConcurrentHashMap<>();

    public FakeOrigin put(String key, long sizeBytes, String version) {
        String name = key.substring(key.lastIndexOf('/') + 1);
        objects.put(key, new VersionedEntry(name, sizeBytes, version));
        return this;
    }

    @Override
    public String scheme() {
        return "s3";
    }

    @Override
    public ResolvedArtifact resolve(ArtifactUri uri) {
        resolves.incrementAndGet();
        mayResolve.acquireUninterruptibly();
        mayResolve.release();
        VersionedEntry entry = objects.get(uri.key());
        if (entry == null) {
            throw new OriginFault(Kind.NOT_FOUND, "no object " + uri);
        }
        return ResolvedArtifact.object(uri, "http://fake", new OriginObject(uri.key(), entry));
    }

    @Override
    public SignedRead presign(
            ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte, Duration validity) {
        if (!signs) {
            throw new OriginFault(Kind.DENIED, "no credentials");
        }
        return new SignedRead(
                "http://fake/" + object.key() + "?X-Amz-Signature=secret",
                Map.of(
                        "Range",
                        "bytes=" + firstByte + "-" + lastByte,
                        "If-Match",
                        object.entry().version()),
                firstByte,
                lastByte);
    }

    @Override
    public InputStream read(ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte) {
        throw new UnsupportedOperationException("a tracker never reads");
    }

    @Override
    public void close() {}
}
