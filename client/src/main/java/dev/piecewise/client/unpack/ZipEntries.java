package dev.piecewise.client.unpack;

import dev.piecewise.core.ByteSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.Enumeration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Reads zips by their central directory, which alone has permissions and links, and which one that was cut off lacks. Names
 * and sizes of the local headers are not looked at, so the archive cannot say one thing here and another there.
 */
final class ZipEntries {
    private static final long MIN_LIST_BYTES = 8L * 1024 * 1024;
    private static final int HEAP_PER_LIST_BYTE =
            32; // an entry takes 47 bytes at least there, and some 600 in the heap
    private static final int MAX_TARGET_BYTES = 4095;
    private static final int TYPE = 0170000;
    private static final int FILE = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int LINK = 0120000;
    private static final int NEW_FILE = 0644;
    private static final int NEW_DIRECTORY = 0755;

    private ZipEntries() {}

    static void read(MeteredChannel channel, TreeWriter writer) throws IOException {
        long most = Math.max(MIN_LIST_BYTES, Runtime.getRuntime().maxMemory() / HEAP_PER_LIST_BYTE);
        channel.allow(
                most,
                "its list of entries has more than " + ByteSize.format(most)
                        + ", too much for this process's memory; let Java use more of it (-Xmx)");
        try (ZipFile zip = ZipFile.builder()
                .setSeekableByteChannel(channel)
                .setIgnoreLocalFileHeader(true)
                .get()) {
            channel.allowAll();
            Enumeration<ZipArchiveEntry> entries = zip.getEntriesInPhysicalOrder();
            while (entries.hasMoreElements()) {
                write(entries.nextElement(), zip, writer);
            }
        }
    }

    private static void write(ZipArchiveEntry entry, ZipFile zip, TreeWriter writer) throws IOException {
        EntryPath path = writer.begin(entry.getName());
        if (entry.getName().indexOf('\\') >= 0) {
            throw writer.refused("has a backslash in its name, which some take for a slash");
        }
        int type = entry.getUnixMode() & TYPE;
        boolean directory = entry.getName().endsWith("/") || type == DIRECTORY;
        EntryAttributes attributes = new EntryAttributes(
                OptionalInt.of(entry.getUnixMode() != 0 ? entry.getUnixMode() : directory ? NEW_DIRECTORY : NEW_FILE),
                modified(entry));
        if (type != 0 && type != FILE && type != DIRECTORY && type != LINK) {
            throw writer.refused("is a device, a pipe or a socket");
        } else if (directory && type != LINK) {
            writer.directory(path, attributes);
        } else if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw writer.refused("is encrypted");
        } else if (entry.getMethod() != ZipArchiveEntry.STORED && entry.getMethod() != ZipArchiveEntry.DEFLATED) {
            throw writer.refused("is compressed by method " + entry.getMethod() + ", which is not supported");
        } else if (type == LINK) {
            writer.symbolicLink(path, target(entry, zip, writer), attributes);
        } else {
            try (CheckedInputStream content = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
                long sizeBytes = writer.file(path, attributes, content);
                check(entry, content, sizeBytes, writer);
            }
        }
    }

    private static Optional<FileTime> modified(ZipArchiveEntry entry) {
        return entry.getTime() < 0 ? Optional.empty() : Optional.of(entry.getLastModifiedTime());
    }

    private static String target(ZipArchiveEntry entry, ZipFile zip, TreeWriter writer) throws IOException {
        try (CheckedInputStream content = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            byte[] target = content.readNBytes(MAX_TARGET_BYTES + 1);
            if (target.length > MAX_TARGET_BYTES) {
                throw writer.refused("is a link whose target is longer than " + MAX_TARGET_BYTES + " bytes");
            }
            check(entry, content, target.length, writer);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(target))
                    .toString();
        }
    }

    /** The library does not compare these. */
    private static void check(ZipArchiveEntry entry, CheckedInputStream content, long sizeBytes, TreeWriter writer)
            throws IOException {
        if (sizeBytes != entry.getSize()) {
            throw writer.refused("has " + sizeBytes + " bytes and not " + entry.getSize() + " as the archive says");
        } else if (content.getChecksum().getValue() != entry.getCrc()) {
            throw writer.refused("has a wrong check sum (CRC-32)");
        }
    }
}
