package dev.piecewise.client;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.peer.store.StoredState;
import dev.piecewise.seeder.cluster.Participant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/** Lists, verifies and removes what lies in a data directory, for the process that owns it. */
final class CacheKeeper {
    private static final long TELL_BYTES = 16L * 1024 * 1024;
    private static final Pattern ID_PREFIX = Pattern.compile("[0-9a-fA-F]{1,64}");

    private final Shelf shelf;

    private CacheKeeper(Shelf shelf) {
        this.shelf = shelf;
    }

    /** In a process that takes part in swarms: what it removes it withdraws, too. */
    static CacheKeeper of(Participant participant) {
        return new CacheKeeper(new Shelf() {
            @Override
            public List<StoredState> states() {
                return participant.kept().states();
            }

            @Override
            public boolean isBusy(ArtifactId id) {
                return participant.isBusy(id);
            }

            @Override
            public StoredArtifact.Verification verify(ArtifactId id, IntConsumer told) throws InterruptedException {
                return participant.kept().verify(id, told);
            }

            @Override
            public boolean remove(ArtifactId id) {
                return participant.kept().remove(id);
            }
        });
    }

    /** In a process that owns the directory for this alone. */
    static CacheKeeper of(DataDirectory data) {
        return new CacheKeeper(new Shelf() {
            @Override
            public List<StoredState> states() {
                return data.states();
            }

            @Override
            public boolean isBusy(ArtifactId id) {
                return false;
            }

            @Override
            public StoredArtifact.Verification verify(ArtifactId id, IntConsumer told) throws InterruptedException {
                return data.verify(id, told);
            }

            @Override
            public boolean remove(ArtifactId id) {
                data.remove(id);
                return true;
            }
        });
    }

    private interface Shelf {
        List<StoredState> states();

        boolean isBusy(ArtifactId id);

        StoredArtifact.Verification verify(ArtifactId id, IntConsumer told) throws InterruptedException;

        /** False if it is busy, and stays. */
        boolean remove(ArtifactId id);
    }

    /**
     * Does it.
     *
     * @param listener of a verification
     * @throws ProcessFault NOT_FOUND or USAGE if a target is none
     */
    CacheReport handle(CacheCall call, CacheListener listener) throws InterruptedException {
        Map<StoredState, CachedArtifact> all = new LinkedHashMap<>();
        shelf.states().stream()
                .sorted(Comparator.comparing(StoredState::lastUse))
                .forEach(state -> all.put(state, CachedArtifact.of(state, shelf.isBusy(state.id()))));
        List<StoredState> chosen = chosen(all, call);
        return switch (call.action()) {
            case LIST -> report(chosen.stream().map(all::get).toList(), List.of(), 0);
            case VERIFY -> verify(chosen, all, listener);
            case REMOVE -> remove(chosen, all, Long.MIN_VALUE, call.dryRun());
            case COLLECT -> remove(chosen, all, call.keepBytes(), call.dryRun());
        };
    }

    private static List<StoredState> chosen(Map<StoredState, CachedArtifact> all, CacheCall call) {
        if (call.targets().isEmpty()) {
            return List.copyOf(all.keySet());
        }
        List<StoredState> chosen = new ArrayList<>();
        for (String target : call.targets()) {
            boolean byId = ID_PREFIX.matcher(target).matches();
            String prefix = target.toLowerCase(Locale.ROOT);
            String source = byId ? "" : source(target);
            List<StoredState> matching = all.entrySet().stream()
                    .filter(of -> byId
                            ? of.getValue().id().startsWith(prefix)
                            : source.equals(of.getValue().uri()))
                    .map(Map.Entry::getKey)
                    .toList();
            if (matching.isEmpty()) {
                throw new ProcessFault(
                        Kind.NOT_FOUND, "nothing is stored of '" + target + "'; 'piecewise cache ls' lists what is");
            } else if (byId && matching.size() > 1) {
                throw new ProcessFault(
                        Kind.USAGE,
                        matching.size() + " artifacts begin with '" + target + "'; write more digits of the id");
            }
            matching.stream().filter(found -> !chosen.contains(found)).forEach(chosen::add);
        }
        return chosen;
    }

    /** As it is recorded: of a magnet link without its trackers. */
    private static String source(String target) {
        try {
            return FetchSource.parse(target).toString();
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, "'" + target + "' is neither an id nor a URI: " + e.getMessage(), e);
        }
    }

    private CacheReport report(List<CachedArtifact> artifacts, List<CachedArtifact> refused, long freedBytes) {
        long stored =
                shelf.states().stream().mapToLong(StoredState::bytesStored).sum();
        return new CacheReport(artifacts, refused, stored, freedBytes);
    }

    private CacheReport verify(List<StoredState> chosen, Map<StoredState, CachedArtifact> all, CacheListener listener)
            throws InterruptedException {
        List<CachedArtifact> verified = new ArrayList<>();
        Checking checking = new Checking(
                listener, chosen.stream().mapToLong(StoredState::bytesStored).sum());
        for (StoredState state : chosen) {
            CachedArtifact artifact = known(all, state);
            checking.begins(artifact);
            PieceLayout layout = state.content().layout();
            CachedArtifact checked =
                    artifact.with(shelf.verify(state.id(), piece -> checking.read(layout.lengthOf(piece))));
            listener.checked(checked);
            verified.add(checked);
        }
        return report(verified, List.of(), 0);
    }

    /** Tells how far a verification is, not after every small piece. */
    private static final class Checking {
        private final CacheListener listener;
        private final long totalBytes;
        private String label = "";
        private long beforeBytes;
        private long checkedBytes;
        private long toldBytes;

        Checking(CacheListener listener, long totalBytes) {
            this.listener = listener;
            this.totalBytes = totalBytes;
        }

        void begins(CachedArtifact artifact) {
            label = artifact.label();
            checkedBytes = beforeBytes;
            beforeBytes += artifact.storedBytes();
            tell();
        }

        void read(int bytes) {
            checkedBytes += bytes;
            if (checkedBytes - toldBytes >= TELL_BYTES) {
                tell();
            }
        }

        private void tell() {
            toldBytes = checkedBytes;
            listener.checking(label, checkedBytes, totalBytes);
        }
    }

    private static CachedArtifact known(Map<StoredState, CachedArtifact> all, StoredState state) {
        CachedArtifact artifact = all.get(state);
        if (artifact == null) {
            throw new IllegalStateException("not listed: " + state.id());
        }
        return artifact;
    }

    /**
     * Removes until so much is left, the least recently used first. What is named is removed though peers are connected to it,
     * unless this machine needs it now.
     */
    private CacheReport remove(
            List<StoredState> chosen, Map<StoredState, CachedArtifact> all, long keepBytes, boolean dryRun) {
        boolean byName = keepBytes < 0;
        long left = all.keySet().stream().mapToLong(StoredState::bytesStored).sum();
        List<CachedArtifact> removed = new ArrayList<>();
        List<CachedArtifact> refused = new ArrayList<>();
        long freed = 0;
        for (StoredState state : chosen) {
            CachedArtifact artifact = known(all, state);
            if (left <= keepBytes) {
                break;
            }
            boolean may = byName || !artifact.busy();
            if (may && (dryRun || shelf.remove(state.id()))) {
                removed.add(artifact);
                left -= artifact.storedBytes();
                freed += artifact.freeableBytes();
            } else {
                refused.add(artifact);
            }
        }
        return new CacheReport(removed, refused, left, freed);
    }
}
