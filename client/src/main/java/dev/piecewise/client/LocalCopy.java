package dev.piecewise.client;

import dev.piecewise.client.DownloadPreview.Presence;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** How an artifact's files stand at a destination; only looks and reads. */
final class LocalCopy {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final ArtifactContent content;
    private final List<Path> files;

    /** @param target the file, or the directory with the files */
    LocalCopy(ArtifactContent content, Path target) {
        this.content = content;
        this.files = content.singleFile()
                ? List.of(target)
                : content.files().stream()
                        .map(file -> target.resolve(file.path()))
                        .toList();
    }

    /** Where the files are, or would be, in torrent order. */
    List<Path> files() {
        return files;
    }

    /** As far as kinds and sizes tell: {@code NOT_COMPARED} if all of them fit. */
    Presence presence() throws IOException {
        int absent = 0;
        for (int i = 0; i < files.size(); i++) {
            Path path = files.get(i);
            if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
                absent++;
            } else if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                    || Files.size(path) != content.files().get(i).sizeBytes()) {
                return Presence.DIFFERENT;
            }
        }
        if (absent > 0) {
            return absent == files.size() ? Presence.ABSENT : Presence.INCOMPLETE;
        }
        return content.layout().totalBytes() == 0 ? Presence.UP_TO_DATE : Presence.NOT_COMPARED;
    }

    /**
     * Reads files whose sizes fit.
     *
     * @param hashes one a piece
     */
    boolean isEqual(List<PieceHash> hashes) throws IOException {
        MessageDigest sha1 = sha1();
        byte[] buffer = new byte[BUFFER_BYTES];
        int piece = 0;
        int left = content.layout().lengthOf(0);
        for (int i = 0; i < files.size(); i++) {
            FileEntry file = content.files().get(i);
            try (InputStream in = Files.newInputStream(files.get(i))) {
                for (long fileLeft = file.sizeBytes(); fileLeft > 0; ) {
                    int read = in.read(buffer, 0, (int) Math.min(Math.min(left, fileLeft), buffer.length));
                    if (read < 0) {
                        return false;
                    }
                    sha1.update(buffer, 0, read);
                    fileLeft -= read;
                    left -= read;
                    if (left == 0) {
                        if (!PieceHash.of(sha1.digest()).equals(hashes.get(piece))) {
                            return false;
                        }
                        piece++;
                        left = content.layout().contains(piece)
                                ? content.layout().lengthOf(piece)
                                : 0;
                    }
                }
            }
        }
        return true;
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
