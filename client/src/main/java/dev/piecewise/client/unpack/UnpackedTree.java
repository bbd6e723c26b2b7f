package dev.piecewise.client.unpack;

import java.io.IOException;
import java.nio.file.Path;

/** An archive that was unpacked whole, though its directories do not have their own permissions and times yet. */
public final class UnpackedTree {
    private final Path root;
    private final ArchiveFormat format;
    private final long entries;
    private final long bytes;
    private final TreeWriter writer;

    UnpackedTree(Path root, ArchiveFormat format, long entries, long bytes, TreeWriter writer) {
        this.root = root;
        this.format = format;
        this.entries = entries;
        this.bytes = bytes;
        this.writer = writer;
    }

    public Path root() {
        return root;
    }

    public ArchiveFormat format() {
        return format;
    }

    /** Files, directories and links, those counted that no entry names. */
    public long entries() {
        return entries;
    }

    /** Of all files together. */
    public long bytes() {
        return bytes;
    }

    /** Something to be done to the root where it lies at last. */
    public interface RootStep {
        void apply(Path root) throws IOException;
    }

    /**
     * Gives the directories their permissions and times. After this perhaps nobody may look into them.
     *
     * @return to be applied to the root when it is in its place: a directory that may not be written cannot be moved
     * @throws CannotWrite if one refuses
     */
    public RootStep finish() throws IOException {
        EntryAttributes attributes = writer.finish();
        return attributes::apply;
    }
}
