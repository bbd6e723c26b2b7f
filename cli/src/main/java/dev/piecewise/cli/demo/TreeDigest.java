package dev.piecewise.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * All files below a directory as one number: equal trees have equal digests.
 *
 * @param files how many
 * @param bytes sum of their sizes
 * @param sha256 hexadecimal
 */
record TreeDigest(int files, long bytes, String sha256) {
    static TreeDigest of(Path root) {
        try (Stream<Path> walk = Files.walk(root)) {
            List<Path> files = walk.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            long bytes = 0;
            for (Path file : files) {
                boolean link = Files.isSymbolicLink(file);
                String what = link ? "link to " + Files.readSymbolicLink(file) : ObjectContent.digest(file);
                digest.update((root.relativize(file) + "\0" + what + "\0").getBytes(StandardCharsets.UTF_8));
                bytes += link ? 0 : Files.size(file);
            }
            return new TreeDigest(files.size(), bytes, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + root, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
