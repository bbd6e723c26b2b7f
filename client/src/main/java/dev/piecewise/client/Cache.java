package dev.piecewise.client;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.peer.store.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What lies in a data directory, whether a process of this machine owns it, which then does what is asked, or none.
 *
 * <p>Every call may throw a {@link dev.piecewise.core.fault.PiecewiseFault}: NOT_FOUND and USAGE for targets that are none, FAILED if
 * the disk refuses or the owner does not answer.
 */
public final class Cache {
    private static final Duration ATTACH_FOR = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Path data;
    private final LocalOwner owner;

    /** @param data the data directory; one that is not there holds nothing */
    public Cache(Path data) {
        this.data = data;
        this.owner = new LocalOwner(data);
    }

    /** Everything, or some, the least recently used first. */
    public CacheReport list(List<String> targets) throws InterruptedException {
        return call(new CacheCall(CacheCall.Action.LIST, targets, 0, false), CacheListener.NONE);
    }

    /**
     * Hashes held pieces again; bad ones are dropped, and fetched again by whoever asks for them.
     *
     * @param listener hears how far that is
     */
    public CacheReport verify(List<String> targets, CacheListener listener) throws InterruptedException {
        return call(new CacheCall(CacheCall.Action.VERIFY, targets, 0, false), listener);
    }

    /** Removes artifacts; a running node withdraws them at the tracker and leaves their swarms. */
    public CacheReport remove(List<String> targets, boolean dryRun) throws InterruptedException {
        if (targets.isEmpty()) {
            throw new ProcessFault(Kind.USAGE, "name what is to be removed: a URI or an id");
        }
        return call(new CacheCall(CacheCall.Action.REMOVE, targets, 0, dryRun), CacheListener.NONE);
    }

    /** Removes the least recently used artifacts that nobody is fetching, until no more than this is stored. */
    public CacheReport collect(long keepBytes, boolean dryRun) throws InterruptedException {
        return call(new CacheCall(CacheCall.Action.COLLECT, List.of(), keepBytes, dryRun), CacheListener.NONE);
    }

    private CacheReport call(CacheCall call, CacheListener listener) throws InterruptedException {
        if (!Files.isDirectory(data)) {
            if (!call.targets().isEmpty()) {
                throw new ProcessFault(
                        Kind.NOT_FOUND, "nothing is stored: there is no data directory " + data + "; check --data");
            }
            return new CacheReport(List.of(), List.of(), 0, 0);
        }
        long started = System.nanoTime();
        while (true) {
            Optional<DataDirectory> own = DataDirectory.tryOpen(data);
            if (own.isPresent()) {
                try (DataDirectory directory = own.get()) {
                    return CacheKeeper.of(directory).handle(call, listener);
                }
            }
            try {
                return owner.call(call, listener);
            } catch (LocalOwner.Gone e) {
                if (System.nanoTime() - started > ATTACH_FOR.toNanos()) {
                    throw new ProcessFault(
                            Kind.FAILED,
                            "data directory in use: " + data + " belongs to another process, which does not answer ("
                                    + e.getMessage() + ")",
                            e);
                }
                Thread.sleep(RETRY.toMillis()); // it is just starting, or ending
            }
        }
    }
}
