package dev.piecewise.cli.demo;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.locals3.LocalS3;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Something that the nodes of a demo ask for, and what must come of it.
 *
 * @param sha256 hexadecimal, of each file by its path below the prefix; of an object by the empty path
 * @param totalBytes sum of the sizes
 */
record DemoArtifact(ArtifactUri uri, Map<String, String> sha256, long totalBytes) {
    /** The one that everybody waits for. */
    static final ArtifactUri OBJECT = ArtifactUri.parse("s3://demo/model.bin");
    /** Has no bytes. */
    static final ArtifactUri EMPTY = ArtifactUri.parse("s3://demo/empty.bin");
    /** A tree of small files. */
    static final ArtifactUri PREFIX = ArtifactUri.parse("s3://demo/dataset/");

    private static final int TRAINING_FILES = 16;
    private static final int TEST_FILES = 3;
    private static final int TOOLS = 3;
    private static final int SMALL_BYTES = 25_000;

    DemoArtifact {
        sha256 = Map.copyOf(sha256);
    }

    /** Puts all of them into a bucket. */
    static List<DemoArtifact> putAll(LocalS3 s3, long objectBytes) {
        s3.createBucket(OBJECT.bucket());
        return List.of(
                put(s3, OBJECT, Map.of("", objectBytes)), put(s3, EMPTY, Map.of("", 0L)), put(s3, PREFIX, tree()));
    }

    /** Puts a small archive into the same bucket, for requests to try. */
    static void putTools(LocalS3 s3) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 1; i <= TOOLS; i++) {
                zip.putNextEntry(new ZipEntry("bin/tool-" + i));
                zip.write(new ObjectContent(SMALL_BYTES).readAllBytes());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make an archive", e);
        }
        s3.put(OBJECT.bucket(), "tools.zip", new ByteArrayInputStream(bytes.toByteArray()), bytes.size());
    }

    /** 20 files of 0 to some hundred kilobytes. */
    private static Map<String, Long> tree() {
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put("LICENSE", 0L);
        for (long i = 1; i <= TEST_FILES; i++) {
            sizes.put("test/shard-0" + i + ".bin", i);
        }
        for (long i = 1; i <= TRAINING_FILES; i++) {
            sizes.put(String.format("train/shard-%02d.bin", i), i * SMALL_BYTES + i);
        }
        return sizes;
    }

    private static DemoArtifact put(LocalS3 s3, ArtifactUri uri, Map<String, Long> sizes) {
        Map<String, String> sha256 = new LinkedHashMap<>();
        long total = 0;
        for (Map.Entry<String, Long> file : sizes.entrySet()) {
            ObjectContent content = new ObjectContent(file.getValue());
            s3.put(uri.bucket(), uri.key() + file.getKey(), content, file.getValue());
            sha256.put(file.getKey(), content.digest());
            total += file.getValue();
        }
        return new DemoArtifact(uri, sha256, total);
    }

    /** Whether exactly these files are at a path, with these bytes. */
    boolean isAt(Path path) {
        try (Stream<Path> all = Files.walk(path)) {
            List<Path> files = new ArrayList<>(all.filter(found -> !Files.isDirectory(found, LinkOption.NOFOLLOW_LINKS))
                    .toList());
            boolean equal = files.size() == sha256.size();
            for (Path file : files) {
                String name = path.relativize(file).toString();
                equal &= Files.isRegularFile(file) && ObjectContent.digest(file).equals(sha256.get(name));
            }
            return equal;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + path, e);
        }
    }
}
