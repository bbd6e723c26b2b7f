package dev.piecewise.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where the socket of a data directory is: {@code DATA/socket}, or, since a socket's path must be short, in a private
 * temporary directory that {@code DATA/socket-path} names.
 */
final class SocketPath {
    private static final int MAX_BYTES = 100;

    private final Path direct;
    private final Path pointer;

    SocketPath(Path data) {
        Path absolute = data.toAbsolutePath().normalize();
        this.direct = absolute.resolve("socket");
        this.pointer = absolute.resolve("socket-path");
    }

    /** A path to bind; for the owner of the directory, who clears away what a killed predecessor left. */
    Path create() throws IOException {
        remove();
        if (fits(direct)) {
            return direct;
        }
        Path directory = Files.createTempDirectory(
                "piecewise-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path socket = directory.resolve("socket");
        if (!fits(socket)) {
            Files.delete(directory);
            throw new IOException(
                    "the paths of the data directory and of java.io.tmpdir are both too long for a socket");
        }
        Files.writeString(pointer, socket.toString());
        return socket;
    }

    /** Where the owner listens, if it listens. */
    Path find() throws IOException {
        try {
            return Path.of(Files.readString(pointer).strip());
        } catch (NoSuchFileException e) {
            return direct;
        }
    }

    /** Removes the socket and what points to it. */
    void remove() throws IOException {
        if (Files.exists(pointer)) {
            Path socket = find();
            Files.deleteIfExists(socket);
            Path directory = socket.getParent();
            if (directory != null && directory.getFileName().toString().startsWith("piecewise-")) {
                Files.deleteIfExists(directory);
            }
            Files.delete(pointer);
        }
        Files.deleteIfExists(direct);
    }

    private static boolean fits(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }
}
