package dev.piecewise.client;

import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.FileMode;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Puts stored files where the user wants them, with this process's own rights: linked or copied in a {@link Staging} on the
 * destination's file system, then renamed. At the destination there is all of a file or nothing, and of a tree, where there
 * was nothing before, all of it or nothing. Published files are read-only (mode 0444), linked or not; with another mode they
 * are copies, for a link has the mode of what it leads to.
 */
final class Publisher {
    private static final Set<PosixFilePermission> READ_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

    private static final long ALMOST_FULL_BYTES = 16L * 1024 * 1024;
    private static final long COPY_BYTES = 8L * 1024 * 1024;

    private final Destination destination;
    private final FetchSource source;
    private final Path data;
    private final boolean replace;
    private final boolean verify;
    private final Optional<FileMode> mode;
    private final RandomGenerator random;
    private final BooleanSupplier stopped;

    /**
     * @param data where the bytes lie and what is published is recorded
     * @param stopped asked now and then; when true, publishing ends with a fault and leaves nothing half done
     */
    Publisher(FetchRequest request, Path data, RandomGenerator random, BooleanSupplier stopped) {
        this.destination = request.destination();
        this.source = request.source();
        this.data = data;
        this.replace = request.replace();
        this.verify = request.verify();
        this.mode = request.mode();
        this.random = random;
        this.stopped = stopped;
    }

    /**
     * Finds out, before anything is asked for, whether the destination can be written at all.
     *
     * @throws ProcessFault if not
     */
    void checkWritable() {
        Path target = destination.path();
        Path existing = goesInside() ? target : parent(target);
        checkWritable(target, existing);
    }

    /** @param directory where {@code target} would be made; if it is not there, what is above it counts */
    static void checkWritable(Path target, Path directory) {
        Path existing = directory;
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = parent(existing);
        }
        if (!Files.isDirectory(existing)) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot write " + target + ": " + existing + " is not a directory; choose another DEST");
        }
        if (!Files.isWritable(existing)) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot write " + target + ": no permission to write in " + existing + "; choose another DEST");
        }
    }

    /**
     * Finds out, before anything is downloaded, whether something is in the way, as far as kinds and sizes tell, and whether
     * there is room.
     *
     * @throws ProcessFault if something is, unless it is to be replaced, or if there is no room
     */
    void check(ArtifactContent content, List<String> directories) {
        Path target = target(content);
        PublishedFiles published = PublishedFiles.at(data, target, source);
        try {
            long neededBytes = content.layout().totalBytes();
            if (content.singleFile()) {
                boolean there = Files.isRegularFile(target);
                if (there && Files.size(target) != neededBytes && !givesWay(target, published)) {
                    throw inTheWay(target);
                }
                neededBytes = there && Files.size(target) == neededBytes ? 0 : neededBytes;
            } else if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                List<FileEntry> files = content.files();
                neededBytes = new ExistingTree(target, files, directories)
                                .missing(new ExistingTree.Comparison() {
                                    @Override
                                    public boolean equal(Path there, int file) throws IOException {
                                        return Files.size(there)
                                                == files.get(file).sizeBytes();
                                    }

                                    @Override
                                    public boolean givesWay(Path there) {
                                        return Publisher.this.givesWay(there, published);
                                    }
                                })
                                .files()
                                .stream()
                                .mapToLong(file -> files.get(file).sizeBytes())
                                .sum();
            }
            checkSpace(target, neededBytes);
        } catch (IOException e) {
            throw fault(target, e);
        }
    }

    private boolean givesWay(Path there, PublishedFiles published) {
        return replace || published.isPlaced(there);
    }

    private void checkSpace(Path target, long neededBytes) throws IOException {
        Path there = existing(target);
        long freeBytes = Files.getFileStore(there).getUsableSpace();
        boolean elsewhere = !Files.getFileStore(there).equals(Files.getFileStore(existing(data)));
        if (neededBytes > freeBytes && (elsewhere || mode.isPresent())) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot write " + target + ": " + ByteSize.format(neededBytes) + " must be copied there, for "
                            + (elsewhere
                                    ? "the data directory " + data + " is on another file system"
                                    : "the mode " + mode.get() + " is asked for")
                            + ", and " + ByteSize.format(freeBytes)
                            + " are free; free some space there or choose another DEST");
        }
    }

    private static Path existing(Path path) {
        Path existing = path.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = parent(existing);
        }
        return existing;
    }

    /**
     * Publishes.
     *
     * @return where the files are, in torrent order
     * @throws ProcessFault if one cannot be; files already published stay
     */
    List<Path> publish(Acquired.Ready ready) {
        Path target = target(ready.content());
        List<Path> files = destination.files(ready.content());
        PublishedFiles published = PublishedFiles.at(data, target, source);
        try {
            List<Path> placed = files;
            if (ready.content().singleFile()) {
                if (isThere(target, ready, published)) {
                    placed = List.of();
                } else {
                    place(target, ready);
                }
            } else if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) || !placeTree(target, ready)) {
                placed = merge(target, ready, published);
            }
            published.record(ready.version(), files, placed);
            return files;
        } catch (IOException e) {
            throw fault(target, e);
        }
    }

    /** What becomes visible: the file, or the directory with the tree in it. */
    Path target(ArtifactContent content) {
        return destination.target(content);
    }

    private boolean goesInside() {
        return destination.directory() || Files.isDirectory(destination.path());
    }

    /** Whether equal content is there already; other content is a fault unless it is to be replaced. */
    private boolean isThere(Path target, Acquired.Ready ready, PublishedFiles published) throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new ProcessFault(Kind.USAGE, target + " is a directory and is left alone; choose another DEST");
        }
        boolean equal = Files.isRegularFile(target) && isEqual(target, ready, 0, published);
        if (!equal && !givesWay(target, published)) {
            throw inTheWay(target);
        }
        return equal && hasMode(target, ready, 0);
    }

    /** Whether a file of the right content need not be made anew for its mode's sake. */
    private boolean hasMode(Path there, Acquired.Ready ready, int file) throws IOException {
        return mode.isEmpty()
                || (Files.getPosixFilePermissions(there).equals(mode.get().permissions())
                        && (ready.stored().isEmpty()
                                || !Files.isSameFile(there, ready.stored().get(file))));
    }

    private boolean isEqual(Path there, Acquired.Ready ready, int file, PublishedFiles published) throws IOException {
        needGoingOn();
        if (ready.content().files().get(file).sizeBytes() == 0) {
            return Files.size(there) == 0;
        }
        Path stored = ready.stored().get(file);
        return Files.isSameFile(there, stored)
                || (!verify && published.isOf(ready.version(), there))
                || Files.mismatch(there, stored) == -1;
    }

    static ProcessFault inTheWay(Path target) {
        return new ProcessFault(
                Kind.USAGE,
                target + " has other content and is left alone; add --replace to replace it, or choose another DEST");
    }

    private void place(Path target, Acquired.Ready ready) throws IOException {
        try (Staging staging = Staging.in(Files.createDirectories(parent(target)), random)) {
            Path made = staging.resolve("file");
            make(made, target, ready, 0);
            show(made, target);
        }
    }

    /**
     * Makes all of a tree, then renames its root.
     *
     * @return false if a directory came to be there meanwhile
     */
    private boolean placeTree(Path target, Acquired.Ready ready) throws IOException {
        try (Staging staging = Staging.in(Files.createDirectories(parent(target)), random)) {
            Path root = staging.resolve("tree");
            Files.createDirectory(root);
            for (String directory : ready.directories()) {
                Files.createDirectories(root.resolve(directory));
            }
            List<FileEntry> files = ready.content().files();
            Path last = root;
            for (int file = 0; file < files.size(); file++) {
                Path path = root.resolve(files.get(file).path());
                if (!last.equals(path.getParent())) {
                    last = Files.createDirectories(parent(path));
                }
                make(path, target.resolve(files.get(file).path()), ready, file);
            }
            try {
                Files.move(root, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                if (Files.isDirectory(target)) {
                    return false;
                }
                throw e;
            }
            return true;
        }
    }

    /**
     * Adds to a directory what it lacks, each file by a rename, after all of them could be made.
     *
     * @return the files that were added or replaced
     */
    private List<Path> merge(Path target, Acquired.Ready ready, PublishedFiles published) throws IOException {
        List<FileEntry> files = ready.content().files();
        ExistingTree.Missing missing = new ExistingTree(target, files, ready.directories())
                .missing(new ExistingTree.Comparison() {
                    @Override
                    public boolean equal(Path there, int file) throws IOException {
                        return isEqual(there, ready, file, published);
                    }

                    @Override
                    public boolean givesWay(Path there) {
                        return Publisher.this.givesWay(there, published);
                    }
                });
        List<Integer> anew = new ArrayList<>(missing.files());
        for (int file = 0; mode.isPresent() && file < files.size(); file++) {
            Path there = target.resolve(files.get(file).path());
            if (Files.exists(there) && !anew.contains(file) && !hasMode(there, ready, file)) {
                anew.add(file);
            }
        }
        if (missing.isEmpty() && anew.isEmpty()) {
            return List.of();
        }
        try (Staging staging = Staging.in(target, random)) {
            for (int file : anew) {
                Path path = target.resolve(files.get(file).path());
                make(staging.resolve(Integer.toString(file)), path, ready, file);
            }
            for (Path directory : missing.directories()) {
                Files.createDirectory(directory);
            }
            for (int file : anew) {
                Path path = target.resolve(files.get(file).path());
                show(staging.resolve(Integer.toString(file)), path);
            }
        }
        return anew.stream().map(file -> target.resolve(files.get(file).path())).toList();
    }

    private static void show(Path made, Path path) {
        try {
            Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw fault(path, e);
        }
    }

    /** Makes one file aside; {@code path} is where it will be. */
    private void make(Path made, Path path, Acquired.Ready ready, int file) {
        try {
            needGoingOn();
            if (ready.content().files().get(file).sizeBytes() == 0) {
                Files.createFile(made);
            } else if (mode.isPresent() || !link(ready.stored().get(file), made)) {
                copy(ready.stored().get(file), made);
            }
            Set<PosixFilePermission> permissions =
                    mode.map(FileMode::permissions).orElse(READ_ONLY);
            if (!Files.getPosixFilePermissions(made).equals(permissions)) {
                Files.setPosixFilePermissions(made, permissions);
            }
        } catch (IOException e) {
            throw fault(path, e);
        }
    }

    /** Whether it could be linked: not across file systems, nor where the owner of the store or the system forbids it. */
    private static boolean link(Path stored, Path made) throws IOException {
        try {
            Files.createLink(made, stored);
            if (!isReadOnly(made)) {
                Files.setPosixFilePermissions(made, READ_ONLY);
            }
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            Files.deleteIfExists(made);
            return false;
        }
    }

    private void copy(Path stored, Path made) throws IOException {
        try (FileChannel from = FileChannel.open(stored, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(made, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = from.size();
            for (long done = 0; done < size; ) {
                needGoingOn();
                long moved = from.transferTo(done, COPY_BYTES, to);
                if (moved == 0) {
                    throw new EOFException(stored + " ends early; a retry repairs it");
                }
                done += moved;
            }
        }
    }

    private void needGoingOn() throws IOException {
        if (stopped.getAsBoolean() || Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
    }

    private static boolean isReadOnly(Path file) throws IOException {
        return Files.getPosixFilePermissions(file).equals(READ_ONLY);
    }

    /** What it means for a user that something could not be written. */
    static ProcessFault fault(Path target, IOException e) {
        String reason;
        if (e instanceof AccessDeniedException) {
            reason = "no permission to write there; choose another DEST";
        } else if (e instanceof NoSuchFileException) {
            reason = "files cannot be created in " + target.getParent() + "; choose another DEST";
        } else if (e instanceof ClosedByInterruptException) {
            reason = "it was interrupted; a retry resumes";
        } else if (e instanceof FileSystemException broken && broken.getReason() != null) {
            reason = broken.getReason() + free(target);
        } else {
            reason = e.getMessage() + free(target);
        }
        return new ProcessFault(Kind.FAILED, "cannot write " + target + ": " + reason, e);
    }

    private static String free(Path target) {
        try {
            boolean full = Files.getFileStore(existing(target)).getUsableSpace() < ALMOST_FULL_BYTES;
            return full ? "; free some space there and retry" : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }
}
