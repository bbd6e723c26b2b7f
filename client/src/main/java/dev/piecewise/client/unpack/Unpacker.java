package dev.piecewise.client.unpack;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;

/**
 * Unpacks an archive, or one after the other several that become one tree: what they may take is limited for all together. Memory does not grow with their bytes; it does with their directories, and with the entries of a zip,
 * whose list lies in it. Files, directories, symbolic and hard links come out, with permissions and times; owners, extended
 * attributes, setuid, setgid and sticky bits do not. Whatever could reach outside the new directory is refused.
 */
public final class Unpacker {
    private static final int GZIP_BUFFER_BYTES = 64 * 1024;

    private final UnpackLimits limits;
    private final BooleanSupplier stopped;
    private final LongConsumer progress;
    private long archiveBytes;
    private long unpackedBytes;
    private long entries;

    /**
     * @param stopped asked now and then; when true, unpacking ends with {@link ClosedByInterruptException}
     * @param progress hears, often, how many of the archives' bytes are done
     */
    public Unpacker(UnpackLimits limits, BooleanSupplier stopped, LongConsumer progress) {
        this.limits = limits;
        this.stopped = stopped;
        this.progress = progress;
    }

    /**
     * Unpacks all of an archive. If it throws, the directory holds some part, to be thrown away.
     *
     * @param root an empty directory that nobody else writes to
     * @throws ArchiveRefused if the archive is broken, or one of its entries is not to be unpacked
     * @throws CannotWrite if the directory cannot take it
     * @throws ClosedByInterruptException if this was stopped, or its thread interrupted
     */
    public UnpackedTree unpack(Path archive, ArchiveFormat format, Path root) throws IOException {
        long size = Files.size(archive);
        long before = archiveBytes;
        Allowance allowance = new Allowance(limits, size, unpackedBytes, entries);
        TreeWriter writer = new TreeWriter(
                root,
                allowance,
                format == ArchiveFormat.ZIP ? TreeWriter.SameNames.REFUSED : TreeWriter.SameNames.LAST_COUNTS,
                stopped);
        try (MeteredChannel channel = MeteredChannel.open(archive, done -> progress.accept(before + done))) {
            read(channel, format, writer);
            writer.checkLinks();
        } catch (ArchiveRefused | CannotWrite | ClosedByInterruptException e) {
            throw e;
        } catch (EOFException e) {
            throw new ArchiveRefused("it ends in the middle" + at(writer) + "; it was cut off", e);
        } catch (IOException e) {
            throw new ArchiveRefused("it is broken" + at(writer) + " (" + e.getMessage() + ")", e);
        } catch (RuntimeException e) { // what the library makes of fields that make no sense
            throw new ArchiveRefused("it is broken" + at(writer) + " (" + e + ")", e);
        }
        archiveBytes += size;
        unpackedBytes += allowance.bytes();
        entries += allowance.entries();
        return new UnpackedTree(root, format, allowance.entries(), allowance.bytes(), writer);
    }

    private static String at(TreeWriter writer) {
        return writer.entry().isEmpty() ? "" : " at or after entry '" + ArchiveRefused.shown(writer.entry()) + "'";
    }

    private static void read(MeteredChannel channel, ArchiveFormat format, TreeWriter writer) throws IOException {
        switch (format) {
            case ZIP -> ZipEntries.read(channel, writer);
            case TAR -> TarEntries.read(Channels.newInputStream(channel), writer);
            case TAR_GZ -> {
                try (InputStream in = new GZIPInputStream(Channels.newInputStream(channel), GZIP_BUFFER_BYTES)) {
                    TarEntries.read(in, writer);
                    writer.discard(in); // as far as the check sums at the end
                }
            }
        }
    }
}
