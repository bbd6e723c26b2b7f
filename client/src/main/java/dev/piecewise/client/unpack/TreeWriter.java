package dev.piecewise.client.unpack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Writes the entries of one archive below a root that nobody else writes to. Invariant: every directory below the root on
 * the way to an entry is a real one, made here; no link is ever followed, and what is there is never written to, but
 * replaced. Keeps in memory the directories and little else.
 */
final class TreeWriter {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int MAX_UNDECIDED_LINKS = 100_000;
    private static final Set<OpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path root;
    private final Allowance allowance;
    private final SameNames sameNames;
    private final BooleanSupplier stopped;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final Map<String, EntryAttributes> directories = new HashMap<>();
    private final List<EntryPath> undecidedLinks = new ArrayList<>();
    private EntryAttributes rootAttributes = new EntryAttributes(OptionalInt.empty(), Optional.empty());
    private List<String> lastParents = List.of();
    private String entry = "";

    /** What a second entry of the same name, neither of them a directory, means. */
    enum SameNames {
        /** The later one counts, as archives that were added to have it. */
        LAST_COUNTS,
        REFUSED
    }

    /**
     * @param root an empty directory
     * @param stopped asked now and then; when true, the next call ends with {@link ClosedByInterruptException}
     */
    TreeWriter(Path root, Allowance allowance, SameNames sameNames, BooleanSupplier stopped) {
        this.root = root;
        this.allowance = allowance;
        this.sameNames = sameNames;
        this.stopped = stopped;
    }

    /** The next entry; {@code name} is what messages say from now on. */
    EntryPath begin(String name) throws IOException {
        entry = name;
        needGoingOn();
        allowance.takeEntry(name);
        return EntryPath.parse(name);
    }

    /** The entry that is being written, or was last. */
    String entry() {
        return entry;
    }

    ArchiveRefused refused(String why) {
        return ArchiveRefused.entry(entry, why);
    }

    void directory(EntryPath path, EntryAttributes attributes) throws IOException {
        if (path.isRoot()) {
            rootAttributes = attributes;
            return;
        }
        Path directory = place(path);
        Optional<BasicFileAttributes> there = there(directory);
        if (there.isEmpty()) {
            writing(path, () -> Files.createDirectory(directory));
        } else if (!there.get().isDirectory()) {
            throw refused("is a directory, but the archive has " + kind(there.get()) + " of that name, too");
        }
        directories.put(path.toString(), attributes);
    }

    /**
     * @param content read to its end
     * @return how many bytes it had
     */
    long file(EntryPath path, EntryAttributes attributes, InputStream content) throws IOException {
        Path file = free(path);
        long sizeBytes = 0;
        try (OutputStream out = open(path, file)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                int bytes = read;
                needGoingOn();
                allowance.takeBytes(entry, bytes);
                writing(path, () -> out.write(buffer, 0, bytes));
                sizeBytes += bytes;
            }
        }
        writing(path, () -> attributes.apply(file));
        return sizeBytes;
    }

    private static OutputStream open(EntryPath path, Path file) throws IOException {
        try {
            return Files.newOutputStream(file, NEW_FILE.toArray(OpenOption[]::new));
        } catch (IOException e) {
            throw wrapped(path, e);
        }
    }

    /** Reads what is not written anywhere; it counts all the same. */
    void discard(InputStream content) throws IOException {
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
            needGoingOn();
            allowance.takeBytes(entry, read);
        }
    }

    void symbolicLink(EntryPath path, String target, EntryAttributes attributes) throws IOException {
        LinkTarget.Verdict verdict = LinkTarget.judge(path.parents().size(), target);
        if (verdict == LinkTarget.Verdict.OUTSIDE) {
            throw refused("links to '" + ArchiveRefused.shown(target) + "', which is outside");
        } else if (verdict == LinkTarget.Verdict.DEPENDS) {
            undecidedLinks.add(path);
            if (undecidedLinks.size() > MAX_UNDECIDED_LINKS) {
                throw refused("is one of more than " + MAX_UNDECIDED_LINKS + " links that go down and up again");
            }
        }
        Path link = free(path);
        writing(path, () -> Files.createSymbolicLink(link, link.getFileSystem().getPath(target)));
        writing(path, () -> attributes.applyToLink(link));
    }

    /** Another name for an entry that came before. */
    void hardLink(EntryPath path, EntryPath target, EntryAttributes attributes) throws IOException {
        Path existing = root;
        Optional<BasicFileAttributes> there = there(root);
        for (String component : target.components()) {
            existing = existing.resolve(component);
            there = there.filter(BasicFileAttributes::isDirectory).isPresent() ? there(existing) : Optional.empty();
        }
        if (there.isEmpty() || there.get().isDirectory()) {
            throw refused("is a hard link to '" + ArchiveRefused.shown(target.toString())
                    + "', which is no file that the archive has before it");
        } else if (path.equals(target)) {
            throw refused("is a hard link to itself");
        } else if (there.get().isSymbolicLink()) {
            symbolicLink(path, Files.readSymbolicLink(existing).toString(), attributes);
        } else {
            Path from = existing;
            Path link = free(path);
            writing(path, () -> Files.createLink(link, from));
        }
    }

    /** The place of an entry that is no directory; what an earlier entry put there is gone. */
    private Path free(EntryPath path) throws IOException {
        if (path.isRoot()) {
            throw refused("has the name of the whole");
        }
        Path place = place(path);
        Optional<BasicFileAttributes> there = there(place);
        if (there.isPresent()) {
            if (there.get().isDirectory()) {
                throw refused("is no directory, but the archive has a directory of that name, too");
            } else if (sameNames == SameNames.REFUSED) {
                throw refused("is there twice");
            }
            writing(path, () -> Files.delete(place));
        }
        return place;
    }

    /** The place of an entry, with the directories above it. */
    private Path place(EntryPath path) throws IOException {
        Path place = root;
        for (String component : path.components()) {
            place = place.resolve(component);
        }
        if (!path.parents().equals(lastParents)) {
            Path directory = root;
            for (String component : path.parents()) {
                directory = directory.resolve(component);
                need(directory, path);
            }
            lastParents = path.parents();
        }
        return place;
    }

    private void need(Path directory, EntryPath path) throws IOException {
        Optional<BasicFileAttributes> there = there(directory);
        if (there.isEmpty()) {
            allowance.takeEntry(entry);
            writing(path, () -> Files.createDirectory(directory));
        } else if (there.get().isSymbolicLink()) {
            throw refused("would be written through the symbolic link '" + shown(directory) + "'");
        } else if (!there.get().isDirectory()) {
            throw refused("lies in '" + shown(directory) + "', which is a file");
        }
    }

    private String shown(Path path) {
        return ArchiveRefused.shown(root.relativize(path).toString());
    }

    private static Optional<BasicFileAttributes> there(Path path) throws IOException {
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static String kind(BasicFileAttributes attributes) {
        return attributes.isSymbolicLink() ? "a link" : "a file";
    }

    /**
     * Every entry was written: judges the links that could not be judged before.
     *
     * @throws ArchiveRefused if one leads outside
     */
    void checkLinks() throws IOException {
        for (EntryPath link : undecidedLinks) {
            Path path = root.resolve(link.toString());
            if (Files.isSymbolicLink(path) && !LinkTarget.staysInside(root, path)) {
                entry = link.toString();
                throw refused("links to '"
                        + ArchiveRefused.shown(Files.readSymbolicLink(path).toString()) + "', which is outside");
            }
        }
    }

    /**
     * Gives the directories their times and permissions, which may forbid to write in them or look into them: the last step.
     *
     * @return what the root is to be given once it is in its place, for a directory that may not be written cannot be moved
     */
    EntryAttributes finish() throws IOException {
        List<String> innerFirst = new ArrayList<>(directories.keySet());
        innerFirst.sort(Comparator.comparingLong(
                (String path) -> -path.chars().filter(unit -> unit == '/').count()));
        for (String path : innerFirst) {
            needGoingOn();
            try {
                Objects.requireNonNull(directories.get(path)).apply(root.resolve(path));
            } catch (IOException e) {
                throw new CannotWrite(path, e);
            }
        }
        return rootAttributes;
    }

    private interface Writing {
        void run() throws IOException;
    }

    private static void writing(EntryPath path, Writing step) throws IOException {
        try {
            step.run();
        } catch (IOException e) {
            throw wrapped(path, e);
        }
    }

    private static IOException wrapped(EntryPath path, IOException e) {
        return e instanceof ClosedByInterruptException ? e : new CannotWrite(path.toString(), e);
    }

    private void needGoingOn() throws ClosedByInterruptException {
        if (stopped.getAsBoolean() || Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
    }
}
