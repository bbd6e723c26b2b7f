package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of one artifact as one run of bytes. Keeps a bounded number of them open; a file with a second name (a published
 * one) is never written: it is copied first and the copy takes the store's name.
 */
final class ArtifactFiles implements AutoCloseable {
    private static final int MAX_OPEN = 64;
    private static final int MAX_ATTEMPTS = 8;
    private static final BitSet NONE = new BitSet();

    private record Open(FileChannel channel, boolean writable) {}

    private final Path copy;
    private final List<Path> paths;
    private final long[] starts;
    private final Map<Integer, Open> open = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    private ArtifactFiles(List<Path> paths, ArtifactContent content, Path copy) {
        this.copy = copy;
        this.paths = List.copyOf(paths);
        starts = new long[paths.size() + 1];
        for (int i = 0; i < paths.size(); i++) {
            starts[i + 1] = starts[i] + content.files().get(i).sizeBytes();
        }
    }

    /** @param directory only the artifact's files are in it; beside it is a place for a file that is not one of them */
    static ArtifactFiles in(Path directory, ArtifactContent content) {
        Path root = content.singleFile() ? directory : directory.resolve(content.name());
        return new ArtifactFiles(
                content.files().stream()
                        .map(file -> root.resolve(content.singleFile() ? content.name() : file.path()))
                        .toList(),
                content,
                directory.resolveSibling("copy"));
    }

    /** Files elsewhere, to be read only, where they can be. */
    static ArtifactFiles at(List<Path> paths, ArtifactContent content) {
        return new ArtifactFiles(paths, content, Path.of(""));
    }

    List<Path> paths() {
        return paths;
    }

    long sizeOf(int file) {
        return starts[file + 1] - starts[file];
    }

    long startOf(int file) {
        return starts[file];
    }

    /** Makes what is missing, sparse, and gives files of a wrong length the right one. */
    synchronized void create() {
        removeCopy();
        for (int i = 0; i < paths.size(); i++) {
            Path path = paths.get(i);
            try {
                if (Files.exists(path) && Files.size(path) == sizeOf(i)) {
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (Files.exists(path)) {
                    ownCopy(path);
                }
                setLength(path, sizeOf(i));
            } catch (IOException e) {
                throw fault("make", sizeOf(i), path, e);
            }
        }
    }

    private void removeCopy() {
        try {
            Files.deleteIfExists(copy); // a killed process may have left one
        } catch (IOException e) {
            throw fault("write", 0, copy, e);
        }
    }

    private static void setLength(Path path, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.truncate(length);
            if (channel.size() < length) {
                channel.write(ByteBuffer.allocate(1), length - 1);
            }
        }
    }

    void write(long offset, ByteBuffer bytes) {
        transfer(offset, bytes, true, NONE);
    }

    /** Writes all but what falls into these files. */
    void writeWithout(long offset, ByteBuffer bytes, BitSet spared) {
        transfer(offset, bytes, true, spared);
    }

    void read(long offset, ByteBuffer into) {
        transfer(offset, into, false, NONE);
    }

    private void transfer(long offset, ByteBuffer buffer, boolean writing, BitSet spared) {
        int end = buffer.limit();
        long position = offset;
        int file = fileAt(offset);
        while (buffer.position() < end) {
            long left = starts[file + 1] - position;
            if (left == 0) {
                file++;
                continue;
            }
            int start = buffer.position();
            buffer.limit((int) Math.min(end, start + left));
            if (spared.get(file)) {
                buffer.position(buffer.limit());
            } else {
                transferInFile(file, position - starts[file], buffer, writing);
            }
            position += buffer.position() - start;
            buffer.limit(end);
        }
    }

    /** Sends what the channel takes now, at most to the end of one file. */
    int transferTo(long offset, int bytes, WritableByteChannel target) throws IOException {
        int file = fileAt(offset);
        while (offset == starts[file + 1]) {
            file++;
        }
        long position = offset - starts[file];
        int most = (int) Math.min(bytes, sizeOf(file) - position);
        for (int attempt = 1; ; attempt++) {
            FileChannel channel = null;
            try {
                channel = channel(file, false);
                int sent = (int) channel.transferTo(position, most, target);
                if (sent == 0 && channel.size() < position + most) {
                    throw fault("read", most, paths.get(file), new EOFException("it ends before byte " + position));
                }
                return sent;
            } catch (ClosedChannelException e) {
                // Either end may have been closed; ours is opened again, for it may have made room for others.
                if (!target.isOpen() || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            } catch (IOException e) {
                if (channel == null) {
                    throw fault("read", most, paths.get(file), e);
                }
                throw e;
            }
        }
    }

    private int fileAt(long offset) {
        int found = Arrays.binarySearch(starts, offset);
        // Empty files share their start with the next one; transfer() skips them.
        return found >= 0 ? Math.min(found, paths.size() - 1) : -found - 2;
    }

    private void transferInFile(int file, long offset, ByteBuffer buffer, boolean writing) {
        int first = buffer.position();
        for (int attempt = 1; ; attempt++) {
            try {
                FileChannel channel = channel(file, writing);
                while (buffer.hasRemaining()) {
                    long at = offset + buffer.position() - first;
                    int moved = writing ? channel.write(buffer, at) : channel.read(buffer, at);
                    if (moved < 0) {
                        throw new EOFException("it ends before byte " + at);
                    }
                }
                return;
            } catch (ClosedByInterruptException e) {
                throw fault(writing ? "write" : "read", buffer.remaining(), paths.get(file), e);
            } catch (ClosedChannelException e) {
                // Another thread was interrupted in this channel, or it made room for others: open it again.
                if (attempt == MAX_ATTEMPTS) {
                    throw fault(writing ? "write" : "read", buffer.remaining(), paths.get(file), e);
                }
            } catch (IOException e) {
                throw fault(writing ? "write" : "read", buffer.remaining(), paths.get(file), e);
            }
        }
    }

    private synchronized FileChannel channel(int file, boolean writable) throws IOException {
        if (closed) {
            throw new IOException("the store is closed");
        }
        Open known = open.get(file);
        if (known != null && known.channel.isOpen() && (known.writable || !writable)) {
            return known.channel;
        }
        if (known != null) {
            known.channel.close();
        }
        Path path = paths.get(file);
        if (writable) {
            if (((Number) Files.getAttribute(path, "unix:nlink")).intValue() > 1) {
                ownCopy(path);
            }
            open.put(file, new Open(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE), true));
        } else {
            open.put(file, new Open(FileChannel.open(path, StandardOpenOption.READ), false));
        }
        Iterator<Open> oldest = open.values().iterator();
        while (open.size() > MAX_OPEN) {
            oldest.next().channel.close();
            oldest.remove();
        }
        return open.get(file).channel;
    }

    private void ownCopy(Path path) throws IOException {
        try {
            Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static TorrentFault fault(String verb, long bytes, Path path, IOException cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new TorrentFault(
                Kind.FAILED,
                "cannot " + verb + " " + ByteSize.format(bytes) + (verb.equals("read") ? " of " : " to ") + path + ": "
                        + reason + " (" + free(path) + " free there); free some space or use another --data",
                cause);
    }

    private static String free(Path path) {
        try {
            Path existing = path;
            while (existing.getParent() != null && !Files.exists(existing)) {
                existing = existing.getParent();
            }
            return ByteSize.format(Files.getFileStore(existing).getUsableSpace());
        } catch (IOException e) {
            return "unknown space";
        }
    }

    /** Files that have bytes of this range. */
    BitSet filesOf(long offset, int bytes) {
        BitSet files = new BitSet();
        long end = offset + bytes;
        for (int file = fileAt(offset); file < paths.size() && starts[file] < end; file++) {
            files.set(file, starts[file + 1] > starts[file] && starts[file + 1] > offset);
        }
        return files;
    }

    /** Whether a file could take the place of the store's: a second name of it, not a copy. */
    synchronized boolean link(int file, Path from) throws IOException {
        try {
            Files.deleteIfExists(copy);
            Files.createLink(copy, from);
        } catch (IOException | UnsupportedOperationException e) {
            return false; // across file systems, or the owner of the file forbids it
        }
        try {
            Files.move(copy, paths.get(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(copy);
        }
        reopen(file);
        return true;
    }

    /** Each file's stamp now; of a file that is gone, one that fits no file. */
    List<FileStamp> stamps() throws IOException {
        List<FileStamp> stamps = new ArrayList<>();
        for (Path path : paths) {
            stamps.add(FileStamp.of(path).orElse(new FileStamp(-1, -1, -1)));
        }
        return stamps;
    }

    /** Forgets the open file, for someone may have put another one under its name. */
    synchronized void reopen(int file) throws IOException {
        Open known = open.remove(file);
        if (known != null) {
            known.channel.close();
        }
    }

    /** Forgets all open files: before the next write each is looked at again, for it may have been published meanwhile. */
    synchronized void reopenAll() throws IOException {
        for (Open file : open.values()) {
            file.channel.close();
        }
        open.clear();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        reopenAll();
    }
}
