package dev.piecewise.client.unpack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Makes archives entry by entry, those that nobody should make among them. */
final class Archives {
    static final FileTime TIME = FileTime.from(Instant.parse("2021-03-04T05:06:08Z"));

    private Archives() {}

    /** A tar; what was added is in {@link #bytes()}. */
    static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

        Tar() {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        }

        Tar gnuLongNames() {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            return this;
        }

        Tar file(String name, String content) {
            return file(name, content.getBytes(StandardCharsets.UTF_8), 0644);
        }

        Tar file(String name, byte[] content, int mode) {
            TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
            entry.setSize(content.length);
            entry.setMode(mode);
            return put(entry, content);
        }

        Tar directory(String name, int mode) {
            TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_DIR, true);
            entry.setMode(mode);
            return put(entry, new byte[0]);
        }

        Tar symbolicLink(String name, String target) {
            return link(name, target, TarConstants.LF_SYMLINK);
        }

        Tar hardLink(String name, String target) {
            return link(name, target, TarConstants.LF_LINK);
        }

        private Tar link(String name, String target, byte flag) {
            TarArchiveEntry entry = new TarArchiveEntry(name, flag, true);
            entry.setLinkName(target);
            return put(entry, new byte[0]);
        }

        Tar special(String name, byte flag) {
            return put(new TarArchiveEntry(name, flag, true), new byte[0]);
        }

        Tar put(TarArchiveEntry entry, byte[] content) {
            try {
                entry.setLastModifiedTime(TIME);
                out.putArchiveEntry(entry);
                out.write(content);
                out.closeArchiveEntry();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] bytes() {
            try {
                out.close();
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] gzipped() {
            return gzip(bytes());
        }
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A zip; what was added is in {@link #bytes()}. */
    static final class Zip {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final ZipArchiveOutputStream out = new ZipArchiveOutputStream(bytes);

        Zip file(String name, String content) {
            return entry(name, content, 0100644);
        }

        Zip symbolicLink(String name, String target) {
            return entry(name, target, 0120777);
        }

        /** @param mode with the type; 0 for a zip from a system without modes */
        Zip entry(String name, String content, int mode) {
            try {
                ZipArchiveEntry entry = new ZipArchiveEntry(name);
                if (mode != 0) {
                    entry.setUnixMode(mode);
                }
                entry.setTime(TIME);
                out.putArchiveEntry(entry);
                out.write(content.getBytes(StandardCharsets.UTF_8));
                out.closeArchiveEntry();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] bytes() {
            try {
                out.close();
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static Path write(Path file, byte[] content) throws IOException {
        return Files.write(file, content);
    }
}
