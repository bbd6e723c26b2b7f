package dev.piecewise.core;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What an artifact consists of, known before any byte is read: everything of the info dictionary but the hashes.
 *
 * @param name the torrent's {@code name}: the file's name, or of several files the directory's
 * @param singleFile whether this is one object ({@code length}) and not a prefix ({@code files})
 * @param files in torrent order, no path twice and none a directory of another; their bytes concatenated are the artifact's bytes
 * @param layout how those are cut
 */
public record ArtifactContent(String name, boolean singleFile, List<FileEntry> files, PieceLayout layout) {
    public ArtifactContent {
        files = List.copyOf(files);
        long sum = files.stream().mapToLong(FileEntry::sizeBytes).sum();
        if (sum != layout.totalBytes() || (singleFile && files.size() != 1)) {
            throw new IllegalArgumentException(
                    files.size() + " files of " + sum + " bytes do not fill a layout of " + layout.totalBytes());
        }
        if (FilePath.check(name).size() != 1) {
            throw new IllegalArgumentException("'" + name + "' is not one name");
        }
        checkTree(files);
    }

    private static void checkTree(List<FileEntry> files) {
        Set<String> directories = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (FileEntry file : files) {
            if (!paths.add(file.path())) {
                throw new IllegalArgumentException("'" + FilePath.shown(file.path()) + "' is there twice");
            }
            String parent = parent(file.path());
            while (!parent.isEmpty() && directories.add(parent)) {
                parent = parent(parent);
            }
        }
        directories.stream().filter(paths::contains).findFirst().ifPresent(both -> {
            throw new IllegalArgumentException("'" + FilePath.shown(both) + "' is a file and a directory at once");
        });
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }
}
