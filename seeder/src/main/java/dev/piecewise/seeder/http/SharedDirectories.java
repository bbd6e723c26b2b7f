package dev.piecewise.seeder.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Directories of this machine that are served beside torrents: their regular files, read-only, no listings. A file is served
 * only if its real path, all symbolic links resolved, lies below the real path of its directory.
 */
final class SharedDirectories {
    private final Map<String, Path> directories;

    SharedDirectories(Map<String, Path> directories) {
        this.directories = Map.copyOf(directories);
    }

    /** @param components decoded; none is {@code .} or {@code ..} or holds a slash or a NUL */
    Optional<Representation> file(String name, List<String> components) {
        Path directory = directories.get(name);
        if (directory == null || components.stream().anyMatch(String::isEmpty)) {
            return Optional.empty();
        }
        try {
            Path root = directory.toRealPath();
            Path path = root.resolve(String.join("/", components)).toRealPath();
            if (!path.startsWith(root) || !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            return Optional.of(new File(
                    path, Files.size(path), Files.getLastModifiedTime(path).toInstant()));
        } catch (IOException | InvalidPathException e) {
            return Optional.empty(); // whatever keeps it from being read is nobody's business out there
        }
    }

    private record File(Path path, long sizeBytes, Instant modified) implements Representation {
        @Override
        public String etag() {
            return "\"" + Long.toHexString(sizeBytes) + "-" + modified.getEpochSecond() + "-" + modified.getNano()
                    + "\"";
        }

        @Override
        public Optional<Instant> lastModified() {
            return Optional.of(modified);
        }

        @Override
        public Bytes open() throws IOException {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            return new Bytes() {
                @Override
                public void read(long offset, long end, ByteBuffer into) throws IOException {
                    into.limit(into.position() + (int) Math.min(into.remaining(), end - offset));
                    if (channel.read(into, offset) <= 0) {
                        throw new IOException("the file became shorter while it was read");
                    }
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }
    }
}
