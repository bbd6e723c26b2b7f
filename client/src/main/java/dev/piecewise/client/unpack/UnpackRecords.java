package dev.piecewise.client.unpack;

import dev.piecewise.client.unpack.UnpackRecord.Line;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link UnpackRecord}s of a data directory, one for each destination, named by the SHA-256 of its path. Whichever
 * process unpacks writes its own, whole, by a rename; it need not own the data directory.
 */
public final class UnpackRecords {
    static final String HEADER = "piecewise unpacked 1";

    private static final Logger LOG = LoggerFactory.getLogger(UnpackRecords.class);

    private final Path directory;

    /** @param data the data directory */
    public UnpackRecords(Path data) {
        this.directory = data.resolve("unpacked");
    }

    /** What was unpacked there last, if it is known; a record that cannot be read is none. */
    public Optional<UnpackRecord> find(Path destination) {
        Path file = file(destination);
        try (UnpackRecord.Lines lines = new UnpackRecord.Lines(file)) {
            return Optional.of(lines.head())
                    .filter(head -> head.destination().equals(destination.toString()))
                    .map(head -> new UnpackRecord(file, head));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.debug("{} cannot be read: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Writes the record of a tree that is not at its destination yet.
     *
     * @param tree before {@link UnpackedTree#finish}, after which perhaps nobody may look into it
     */
    public Pending write(Path destination, String version, boolean byName, UnpackedTree tree) throws IOException {
        UnpackRecord.Head head = new UnpackRecord.Head(
                destination.toString(), version, tree.formats(), byName, tree.entries(), tree.bytes());
        Files.createDirectories(directory);
        Path file = file(destination);
        Path fresh = Files.createTempFile(directory, file.getFileName().toString(), ".new");
        Pending pending = new Pending(file, fresh, tree.root(), head);
        try (DataOutputStream out = open(pending.fresh, head)) {
            Files.walkFileTree(tree.root(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) throws IOException {
                    return path.equals(tree.root()) ? FileVisitResult.CONTINUE : visitFile(path, attributes);
                }

                @Override
                public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                    write(Line.of(tree.root(), path, attributes), out);
                    return FileVisitResult.CONTINUE;
                }
            });
            out.writeChar(Line.END);
            return pending;
        } catch (IOException e) {
            pending.close();
            throw e;
        }
    }

    private static DataOutputStream open(Path file, UnpackRecord.Head head) throws IOException {
        DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(file), 64 * 1024)));
        out.writeUTF(HEADER);
        head.write(out);
        return out;
    }

    private static void write(Line line, DataOutputStream out) throws IOException {
        out.writeChar(line.kind());
        out.writeUTF(line.path());
        out.writeLong(line.sizeBytes());
        out.writeLong(line.modifiedNanos());
        out.writeUTF(line.target());
    }

    private Path file(Path destination) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(destination.toString().getBytes(StandardCharsets.UTF_8));
            return directory.resolve(HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** A record that does not count yet; closing it forgets it, unless it was kept. */
    public static final class Pending implements AutoCloseable {
        private final Path file;
        private final Path fresh;
        private final Path root;
        private final UnpackRecord.Head head;

        private Pending(Path file, Path fresh, Path root, UnpackRecord.Head head) {
            this.file = file;
            this.fresh = fresh;
            this.root = root;
            this.head = head;
        }

        /** The tree is at its destination now. */
        public void keep() throws IOException {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        /** Whether a directory that is there already has all of the tree, byte by byte; it may have more. */
        public boolean isAllIn(Path directory) throws IOException {
            return UnpackRecord.hasAllOf(directory, fresh, root);
        }

        /** The tree is not needed, for this directory has all of it: what is recorded are that one's times. */
        public void keepFor(Path directory) throws IOException {
            Path adopted = fresh.resolveSibling(fresh.getFileName() + ".adopted");
            try {
                copy(directory, adopted);
                Files.move(adopted, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(adopted);
            }
        }

        private void copy(Path directory, Path adopted) throws IOException {
            try (UnpackRecord.Lines lines = new UnpackRecord.Lines(fresh);
                    DataOutputStream out = open(adopted, head)) {
                for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                    Path path = directory.resolve(line.get().path());
                    write(
                            Line.of(
                                    directory,
                                    path,
                                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)),
                            out);
                }
                out.writeChar(Line.END);
            }
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(fresh);
        }
    }
}
