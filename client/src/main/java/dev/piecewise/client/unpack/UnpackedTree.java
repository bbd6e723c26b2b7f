package dev.piecewise.client.unpack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * An archive, or several, each in a directory of its own, that was unpacked whole, though directories do not have their own
 * permissions and times yet.
 */
public final class UnpackedTree {
    private final Path root;
    private final List<ArchiveFormat> formats;
    private final long entries;
    private final long bytes;
    private final LastStep last;

    private interface LastStep {
        RootStep run() throws IOException;
    }

    private UnpackedTree(Path root, List<ArchiveFormat> formats, long entries, long bytes, LastStep last) {
        this.root = root;
        this.formats = List.copyOf(formats);
        this.entries = entries;
        this.bytes = bytes;
        this.last = last;
    }

    UnpackedTree(Path root, ArchiveFormat format, long entries, long bytes, TreeWriter writer) {
        this(root, List.of(format), entries, bytes, () -> {
            EntryAttributes attributes = writer.finish();
            return attributes::apply;
        });
    }

    /**
     * Trees that lie below one directory, of which no archive says anything, are one tree.
     *
     * @param parts each in a directory of its own
     */
    public static UnpackedTree of(Path root, List<UnpackedTree> parts) {
        return new UnpackedTree(
                root,
                parts.stream()
                        .flatMap(part -> part.formats.stream())
                        .distinct()
                        .sorted()
                        .toList(),
                parts.stream().mapToLong(UnpackedTree::entries).sum(),
                parts.stream().mapToLong(UnpackedTree::bytes).sum(),
                () -> {
                    for (UnpackedTree part : parts) {
                        part.finishWithin(root);
                    }
                    return whole -> {};
                });
    }

    private void finishWithin(Path whole) throws IOException {
        try {
            finish().apply(root);
        } catch (CannotWrite e) {
            throw e.within(whole.relativize(root).toString());
        }
    }

    public Path root() {
        return root;
    }

    /** Each that occurs, once. */
    public List<ArchiveFormat> formats() {
        return formats;
    }

    /** Files, directories and links, those counted that no entry names, but not the directories that several archives are in. */
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
        return last.run();
    }
}
