package dev.piecewise.client.unpack;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Reads tars: POSIX ustar and pax, GNU long names, both kinds of sparse files (their holes come out as zeros), and the format
 * of Unix 7. Names are UTF-8. A tar without the block of zeros at its end was cut off.
 */
final class TarEntries {
    private static final int BLOCK_BYTES = 10 * 1024;
    private static final int RECORD_BYTES = 512;
    private static final long MAX_HEADER_BYTES = 1024 * 1024;
    private static final int MODE = 07777;
    private static final byte VOLUME_LABEL = 'V';

    private TarEntries() {}

    static void read(InputStream in, TreeWriter writer) throws IOException {
        Headers headers = new Headers(in);
        Tar tar = new Tar(headers);
        while (true) {
            TarArchiveEntry entry = next(tar, headers, writer);
            if (entry == null) {
                if (!tar.endSeen) {
                    throw new ArchiveRefused("it has no end-of-archive mark"
                            + (writer.entry().isEmpty()
                                    ? ""
                                    : " after entry '" + ArchiveRefused.shown(writer.entry()) + "'")
                            + "; it was cut off, or is no tar");
                }
                return;
            }
            if (!entry.isCheckSumOK()) {
                throw new ArchiveRefused(
                        writer.entry().isEmpty()
                                ? "it is no tar"
                                : "the header after entry '" + ArchiveRefused.shown(writer.entry())
                                        + "' has a wrong check sum");
            }
            write(entry, tar, writer);
            writer.discard(tar);
        }
    }

    private static @Nullable TarArchiveEntry next(Tar tar, Headers headers, TreeWriter writer) throws IOException {
        headers.begin();
        try {
            return tar.getNextEntry();
        } catch (ArchiveRefused | EOFException e) {
            throw e;
        } catch (IOException e) {
            if (writer.entry().isEmpty()) {
                throw new ArchiveRefused("it is no tar (" + e.getMessage() + ")", e);
            }
            throw e;
        } finally {
            headers.end();
        }
    }

    private static void write(TarArchiveEntry entry, InputStream content, TreeWriter writer) throws IOException {
        if (entry.getLinkFlag() == VOLUME_LABEL) {
            return;
        }
        EntryPath path = writer.begin(entry.getName());
        EntryAttributes attributes =
                new EntryAttributes(OptionalInt.of(entry.getMode() & MODE), Optional.of(entry.getLastModifiedTime()));
        switch (entry.getLinkFlag()) {
            case TarConstants.LF_DIR -> writer.directory(path, attributes);
            case TarConstants.LF_SYMLINK -> writer.symbolicLink(path, entry.getLinkName(), attributes);
            case TarConstants.LF_LINK -> writer.hardLink(path, target(entry, writer), attributes);
            case TarConstants.LF_NORMAL,
                    TarConstants.LF_OLDNORM,
                    TarConstants.LF_CONTIG,
                    TarConstants.LF_GNUTYPE_SPARSE -> {
                if (entry.getName().endsWith("/")) { // how tar said it before there was a flag
                    writer.directory(path, attributes);
                } else {
                    writer.file(path, attributes, content);
                }
            }
            case TarConstants.LF_CHR, TarConstants.LF_BLK -> throw writer.refused("is a device");
            case TarConstants.LF_FIFO -> throw writer.refused("is a pipe (FIFO)");
            default ->
                throw writer.refused(
                        "is of a kind that is not unpacked (type flag " + (entry.getLinkFlag() & 0xff) + ")");
        }
    }

    private static EntryPath target(TarArchiveEntry entry, TreeWriter writer) throws ArchiveRefused {
        try {
            return EntryPath.parse(entry.getLinkName());
        } catch (ArchiveRefused e) {
            throw writer.refused("is a hard link to outside: " + e.getMessage());
        }
    }

    /** Knows whether the end was marked, which the library does not tell. */
    private static final class Tar extends TarArchiveInputStream {
        private boolean endSeen;

        Tar(InputStream in) {
            super(in, BLOCK_BYTES, RECORD_BYTES, StandardCharsets.UTF_8.name(), false);
        }

        @Override
        protected boolean isEOFRecord(byte[] record) {
            boolean end = super.isEOFRecord(record);
            endSeen |= end && record != null;
            return end;
        }
    }

    /** The library keeps headers in memory, however long they say they are: between entries little can be read. */
    private static final class Headers extends FilterInputStream {
        private long left = Long.MAX_VALUE;

        Headers(InputStream in) {
            super(in);
        }

        void begin() {
            left = MAX_HEADER_BYTES;
        }

        void end() {
            left = Long.MAX_VALUE;
        }

        private int allowed(long wanted) throws ArchiveRefused {
            if (left == 0) {
                throw new ArchiveRefused("the headers of one entry are longer than " + MAX_HEADER_BYTES + " bytes");
            }
            return (int) Math.min(Math.min(wanted, left), Integer.MAX_VALUE);
        }

        private void took(long bytes) {
            if (left != Long.MAX_VALUE) {
                left -= bytes;
            }
        }

        @Override
        public int read() throws IOException {
            allowed(1);
            int one = in.read();
            took(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int read = in.read(into, offset, allowed(length));
            took(Math.max(0, read));
            return read;
        }

        @Override
        public long skip(long bytes) throws IOException {
            if (bytes <= 0) {
                return 0;
            }
            long skipped = in.skip(allowed(bytes));
            took(skipped);
            return skipped;
        }
    }
}
