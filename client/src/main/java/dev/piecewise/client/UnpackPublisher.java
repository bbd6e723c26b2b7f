package dev.piecewise.client;

import dev.piecewise.client.unpack.ArchiveFormat;
import dev.piecewise.client.unpack.CannotWrite;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.client.unpack.UnpackRecord;
import dev.piecewise.client.unpack.UnpackRecord.Differences;
import dev.piecewise.client.unpack.UnpackRecords;
import dev.piecewise.client.unpack.UnpackedTree;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what an archive holds, or the archives of a prefix, where the user wants it: unpacked whole in a {@link Staging} beside the
 * destination, then renamed. At the destination there is all of it or what was there before. The directory belongs to Piecewise: the next
 * version takes its place as a whole, unless something in it did not come from the archive, which only the user may give up.
 */
final class UnpackPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(UnpackPublisher.class);
    private static final int ATTEMPTS = 3;
    private static final List<Object> TURNS =
            Stream.generate(Object::new).limit(64).toList(); // a destination has one of them

    private final FetchRequest request;
    private final Unpack unpack;
    private final Path data;
    private final Path target;
    private final UnpackRecords records;
    private final RandomGenerator random;
    private final UnpackRun run;

    /**
     * @param request one with {@link FetchRequest#unpack}
     * @param data where what was unpacked is recorded
     * @param stopped asked now and then; when true, publishing ends with a fault and leaves nothing half done
     * @throws ProcessFault if the destination cannot be found out
     */
    UnpackPublisher(FetchRequest request, Path data, RandomGenerator random, BooleanSupplier stopped) {
        this.request = request;
        this.unpack = request.unpack().orElseThrow();
        this.data = data.toAbsolutePath().normalize();
        this.target = real(request.destination().path());
        this.records = new UnpackRecords(data);
        this.random = random;
        this.run = new UnpackRun(request.source(), unpack, target, stopped);
    }

    /** One name for one place; of a link to a directory, the directory. */
    private static Path real(Path path) {
        try {
            if (Files.isDirectory(path)) {
                return path.toRealPath();
            }
            Path parent = path.getParent();
            return parent != null && Files.isDirectory(parent)
                    ? parent.toRealPath().resolve(path.getFileName())
                    : path;
        } catch (IOException e) {
            throw Publisher.fault(path, e);
        }
    }

    /**
     * Finds out, before anything is asked for, whether the destination can be written at all.
     *
     * @throws ProcessFault if not
     */
    void checkDestination() {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(target)) {
            throw new ProcessFault(
                    Kind.USAGE,
                    target + " is not a directory and is left alone; move it away, or choose another DEST for what is"
                            + " unpacked");
        }
        for (Path needed : List.of(
                data,
                Path.of("").toAbsolutePath(),
                Path.of(System.getProperty("user.home")).toAbsolutePath())) {
            if (needed.startsWith(target)) {
                throw new ProcessFault(
                        Kind.USAGE,
                        "cannot unpack into " + target + ": it would be replaced as a whole, and " + needed
                                + " lies in it; choose a directory of its own as DEST");
            }
        }
        Publisher.checkWritable(target, parent());
    }

    private Path parent() {
        Path parent = target.getParent();
        return parent == null ? target : parent;
    }

    /** What lies at the destination, if it lies there whole, by the method that is asked for. */
    Optional<UnpackRecord> present() {
        Optional<UnpackRecord> record = records.find(target)
                .filter(found -> found.isBy(unpack, name()))
                .filter(found -> Files.isDirectory(target));
        try {
            return record.isPresent() && record.get().compare(target, false).isIntact() ? record : Optional.empty();
        } catch (IOException e) {
            LOG.debug("what was unpacked at {} cannot be told: {}", target, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<String> name() {
        return request.source() instanceof FetchSource.Artifact artifact
                        && !artifact.uri().isPrefix()
                ? Optional.of(artifact.uri().name())
                : Optional.empty();
    }

    /** @throws ProcessFault as {@link UnpackRun#check} */
    void check(ArtifactContent content) {
        run.check(content);
    }

    /** The outcome when all is there already. */
    FetchOutcome.Complete unchanged(UnpackRecord record) {
        return complete(record.formats(), record.entries(), record.bytes(), false, "", 0, Received.NOTHING);
    }

    private FetchOutcome.Complete complete(
            List<ArchiveFormat> formats,
            long entries,
            long bytes,
            boolean now,
            String infoHash,
            long archiveBytes,
            Received received) {
        return new FetchOutcome.Complete(
                request.destination().path(),
                List.of(request.destination().path()),
                Optional.of(new FetchOutcome.Unpacked(formats, entries, bytes, now)),
                infoHash,
                archiveBytes,
                received);
    }

    /**
     * Unpacks.
     *
     * @param present what {@link #present} found
     * @throws ProcessFault if that is not possible; the destination is as it was then
     */
    FetchOutcome.Complete publish(
            Acquired.Ready ready, Optional<UnpackRecord> present, ProgressListener listener, LongSupplier nanoTime) {
        check(ready.content());
        Optional<UnpackRecord> same = present.filter(record -> record.version().equals(ready.version()));
        if (same.isPresent()) { // it was overwritten with equal content, for example, since the version was asked for
            return unchanged(same.get());
        }
        try (Staging staging = Staging.in(Files.createDirectories(parent()), random)) {
            return publish(ready, staging, listener, nanoTime);
        } catch (IOException e) {
            throw Publisher.fault(target, e);
        }
    }

    /** What goes wrong becomes a fault while what fills the disk, perhaps, is still there. */
    private FetchOutcome.Complete publish(
            Acquired.Ready ready, Staging staging, ProgressListener listener, LongSupplier nanoTime) {
        try {
            Path root = Files.createDirectory(staging.resolve("tree"));
            UnpackedTree tree = run.unpack(ready, root, listener, nanoTime);
            show(tree, ready.version(), staging);
            return complete(
                    tree.formats(),
                    tree.entries(),
                    tree.bytes(),
                    true,
                    ready.infoHash(),
                    ready.content().layout().totalBytes(),
                    ready.received());
        } catch (CannotWrite e) {
            throw Publisher.fault(target.resolve(e.entry()), e.reason());
        } catch (IOException e) {
            throw Publisher.fault(target, e);
        }
    }

    /** Puts the tree into its place, unless all of it is there already; one after the other in this process. */
    private void show(UnpackedTree tree, String version, Staging staging) throws IOException {
        try (UnpackRecords.Pending record =
                records.write(target, version, unpack.format().isEmpty(), tree)) {
            synchronized (TURNS.get(Math.floorMod(target.hashCode(), TURNS.size()))) {
                show(tree, version, record, staging);
            }
        }
    }

    private void show(UnpackedTree tree, String version, UnpackRecords.Pending record, Staging staging)
            throws IOException {
        UnpackedTree.RootStep last = null;
        for (int attempt = 1; ; attempt++) {
            if (isOccupied()) {
                if (!isOfAnotherVersion(tree, version) && record.isAllIn(target)) {
                    record.keepFor(target);
                    return;
                }
                checkMayGiveWay();
            }
            if (last == null) {
                last = tree.finish();
            }
            try {
                swap(tree, staging);
                last.apply(target);
                record.keep();
                return;
            } catch (FileSystemException e) {
                if (attempt == ATTEMPTS || !Files.exists(tree.root())) {
                    throw e; // else another process put something there meanwhile, or took it away
                }
            }
        }
    }

    /** With other entries: then it gives way even if it has all that the new one has, for it has more. */
    private boolean isOfAnotherVersion(UnpackedTree tree, String version) {
        return records.find(target)
                .filter(there -> !there.version().equals(version)
                        && (there.entries() != tree.entries() || there.bytes() != tree.bytes()))
                .isPresent();
    }

    private boolean isOccupied() throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(target)) {
            return inside.iterator().hasNext();
        }
    }

    /** @throws ProcessFault if something there did not come from an archive that was unpacked there, unless it is given up */
    private void checkMayGiveWay() {
        if (request.replace()) {
            return;
        }
        Differences differences;
        try {
            differences = records.find(target)
                    .orElseThrow(() -> Publisher.inTheWay(target))
                    .compare(target, true);
        } catch (IOException e) {
            LOG.debug("what was unpacked at {} cannot be told: {}", target, e.getMessage());
            throw Publisher.inTheWay(target);
        }
        if (differences.changed().isPresent() || differences.added() > 0) {
            throw new ProcessFault(
                    Kind.USAGE,
                    differences
                                    .changed()
                                    .map(path -> path + " was changed since it was unpacked")
                                    .orElseGet(() -> target + " holds " + differences.added()
                                            + " files or directories that were not unpacked there")
                            + ", and " + target
                            + " is left alone; add --replace to give them up, or choose another DEST");
        }
    }

    /** What was there goes aside and, with the staging, away; if the new one cannot take its place it comes back. */
    private void swap(UnpackedTree tree, Staging staging) throws IOException {
        Path old = staging.resolve("old");
        boolean moved = false;
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            makeMovable(target);
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            moved = true;
        }
        try {
            Files.move(tree.root(), target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (moved) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
    }

    /** A directory that its owner may not write cannot be moved elsewhere. */
    private static void makeMovable(Path directory) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(Files.getPosixFilePermissions(directory));
        if (permissions.add(PosixFilePermission.OWNER_WRITE)) {
            Files.setPosixFilePermissions(directory, permissions);
        }
    }
}
