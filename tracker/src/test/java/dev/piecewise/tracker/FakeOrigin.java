package dev.piecewise.tracker;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** An origin of sizes and versions without bytes; its URLs lead nowhere. */
public final class FakeOrigin implements Origin {
    public final AtomicInteger resolves = new AtomicInteger();

    /** Take its permits to hold resolves back. */
    public final Semaphore mayResolve = new Semaphore(1_000_000);

    public volatile boolean signs = true;

    /** Resolving tells which checksums there are, but not their values. */
    public volatile boolean listsOnly;

    /** So many requests for checksums get no answer. */
    public final AtomicInteger failingChecksums = new AtomicInteger();

    /** Is told of each request for a checksum; may throw. */
    public volatile Consumer<OriginObject> beforeChecksum = object -> {};

    private final Map<String, VersionedEntry> objects = new ConcurrentHashMap<>();
    private final Map<String, StoredChecksum> checksums = new ConcurrentHashMap<>();

    public FakeOrigin put(String key, long sizeBytes, String version) {
        String name = key.substring(key.lastIndexOf('/') + 1);
        objects.put(key, new VersionedEntry(name, sizeBytes, version));
        return this;
    }

    /** Of an object that is there. */
    public FakeOrigin keep(String key, StoredChecksum checksum) {
        checksums.put(key, checksum);
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
        return ResolvedArtifact.object(uri, "http://fake", new OriginObject(uri.key(), entry))
                .withChecksums(listsOnly ? withoutValues() : checksums);
    }

    private Map<String, StoredChecksum> withoutValues() {
        Map<String, StoredChecksum> listed = new HashMap<>();
        checksums.forEach((key, checksum) -> listed.put(key, new StoredChecksum(checksum.algorithm(), null)));
        return listed;
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
    public Optional<StoredChecksum> checksum(ResolvedArtifact artifact, OriginObject object) {
        beforeChecksum.accept(object);
        if (failingChecksums.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OriginFault(Kind.FAILED, "no answer");
        }
        return Optional.ofNullable(checksums.get(object.key()));
    }

    @Override
    public InputStream read(ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte) {
        throw new UnsupportedOperationException("a tracker never reads");
    }

    @Override
    public void close() {}
}
