package dev.piecewise.client.unpack;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * What was unpacked at one destination. It is a file in the data directory and not beside what it tells of; it is read from
 * the disk whenever it is compared, entry by entry.
 */
public final class UnpackRecord {
    private final Path file;
    private final Head head;

    /** @param byName whether the format was not asked for, but found out */
    record Head(
            String destination, String version, List<ArchiveFormat> formats, boolean byName, long entries, long bytes) {
        private static final String SEPARATOR = ",";

        Head {
            formats = List.copyOf(formats);
        }

        void write(DataOutputStream out) throws IOException {
            out.writeUTF(destination);
            out.writeUTF(version);
            out.writeUTF(formats.stream().map(ArchiveFormat::word).collect(Collectors.joining(SEPARATOR)));
            out.writeBoolean(byName);
            out.writeLong(entries);
            out.writeLong(bytes);
        }

        static Head read(DataInputStream in) throws IOException {
            String destination = in.readUTF();
            String version = in.readUTF();
            List<ArchiveFormat> formats = new ArrayList<>();
            for (String word : in.readUTF().split(SEPARATOR, -1)) {
                formats.add(ArchiveFormat.ofWord(word).orElseThrow(() -> new IOException("an unknown format")));
            }
            return new Head(destination, version, formats, in.readBoolean(), in.readLong(), in.readLong());
        }
    }

    /** One file, directory or link. Numbers and target are 0 and empty where they mean nothing. */
    record Line(char kind, String path, long sizeBytes, long modifiedNanos, String target) {
        static final char DIRECTORY = 'd';
        static final char FILE = 'f';
        static final char LINK = 'l';
        static final char END = '.';

        static Line of(Path root, Path path, BasicFileAttributes attributes) throws IOException {
            String name = root.relativize(path).toString();
            if (attributes.isSymbolicLink()) {
                return new Line(LINK, name, 0, 0, Files.readSymbolicLink(path).toString());
            } else if (attributes.isDirectory()) {
                return new Line(DIRECTORY, name, 0, 0, "");
            }
            return new Line(
                    FILE, name, attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), "");
        }
    }

    UnpackRecord(Path file, Head head) {
        this.file = file;
        this.head = head;
    }

    /** What was at the origin then. */
    public String version() {
        return head.version();
    }

    /** Those of all archives. */
    public List<ArchiveFormat> formats() {
        return head.formats();
    }

    /** Files, directories and links. */
    public long entries() {
        return head.entries();
    }

    /** Of all files together. */
    public long bytes() {
        return head.bytes();
    }

    /**
     * Whether it is what would be unpacked by this method now.
     *
     * @param name of the archive, if it is one and its name is known already
     */
    public boolean isBy(Unpack unpack, Optional<String> name) {
        Optional<ArchiveFormat> wanted = unpack.format().or(() -> name.flatMap(ArchiveFormat::ofName));
        return wanted.isPresent() ? head.formats().equals(List.of(wanted.get())) : head.byName();
    }

    /**
     * How a directory differs from what was unpacked there.
     *
     * @param missing an entry that is gone
     * @param changed one that has other content, size and time of change tell
     * @param added how many files, directories and links are there that did not come from the archive
     */
    public record Differences(Optional<String> missing, Optional<String> changed, long added) {
        public boolean isIntact() {
            return missing.isEmpty() && changed.isEmpty();
        }
    }

    /**
     * Compares by kinds, sizes, times of change and targets of links; permissions and the times of directories do not count.
     *
     * @param countAdded otherwise {@code added} is 0, which is quicker
     */
    public Differences compare(Path directory, boolean countAdded) throws IOException {
        Optional<String> missing = Optional.empty();
        Optional<String> changed = Optional.empty();
        long present = 0;
        try (Lines lines = new Lines(file)) {
            for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                Path path = directory.resolve(line.get().path());
                try {
                    BasicFileAttributes attributes =
                            Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                    present++;
                    if (!Line.of(directory, path, attributes).equals(line.get())) {
                        changed = changed.or(() -> Optional.of(path.toString()));
                    }
                } catch (AccessDeniedException e) {
                    present++; // its permissions are the archive's
                } catch (FileSystemException e) {
                    missing = missing.or(() -> Optional.of(path.toString()));
                }
            }
        }
        return new Differences(missing, changed, countAdded ? Math.max(0, count(directory) - present) : 0);
    }

    private static long count(Path directory) throws IOException {
        long[] count = {-1}; // the directory itself
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
                count[0]++;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path visited, BasicFileAttributes attributes) {
                count[0]++;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path failed, IOException e) {
                count[0]++;
                return FileVisitResult.CONTINUE;
            }
        });
        return count[0];
    }

    /** Reads a record from its beginning. */
    static final class Lines implements AutoCloseable {
        private final DataInputStream in;
        private final Head head;

        Lines(Path file) throws IOException {
            InputStream raw = new BufferedInputStream(Files.newInputStream(file));
            try {
                in = new DataInputStream(new BufferedInputStream(new GZIPInputStream(raw)));
                if (!in.readUTF().equals(UnpackRecords.HEADER)) {
                    throw new IOException("another version of this file");
                }
                head = Head.read(in);
            } catch (IOException e) {
                raw.close();
                throw e;
            }
        }

        Head head() {
            return head;
        }

        Optional<Line> next() throws IOException {
            char kind = in.readChar();
            return kind == Line.END
                    ? Optional.empty()
                    : Optional.of(new Line(kind, in.readUTF(), in.readLong(), in.readLong(), in.readUTF()));
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Whether a directory has all that another has, byte by byte; what it has beside does not count. */
    static boolean hasAllOf(Path directory, Path record, Path other) throws IOException {
        try (Lines lines = new Lines(record)) {
            for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                Path path = directory.resolve(line.get().path());
                BasicFileAttributes attributes =
                        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                Line there = Line.of(directory, path, attributes);
                if (there.kind() != line.get().kind()
                        || there.sizeBytes() != line.get().sizeBytes()
                        || !there.target().equals(line.get().target())
                        || (there.kind() == Line.FILE
                                && Files.mismatch(path, other.resolve(line.get().path())) != -1)) {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException | AccessDeniedException e) {
            return false;
        }
    }
}
