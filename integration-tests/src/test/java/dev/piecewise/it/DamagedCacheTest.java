package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.it.lab.LocalCluster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What nodes have is damaged in different ways while they are down; a second run repairs it without the origin. */
@Timeout(180)
class DamagedCacheTest {
    private static final int FILES = 20;
    private static final int FILE_BYTES = 100_000;

    @TempDir
    Path directory;

    private static byte[] content(int file) {
        byte[] content = new byte[FILE_BYTES];
        new Random(file).nextBytes(content);
        return content;
    }

    private static byte[] archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (int i = 0; i < FILES; i++) {
                TarArchiveEntry entry = new TarArchiveEntry("d/f" + i);
                entry.setSize(FILE_BYTES);
                tar.putArchiveEntry(entry);
                tar.write(content(i));
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private Path tree(int node) {
        return directory.resolve("tree-" + node);
    }

    private FetchOutcome.Complete fetch(Piecewise piecewise, int node) {
        FetchRequest request = LocalCluster.request("tools.tar", tree(node)).withUnpack(Unpack.auto());
        return LocalCluster.fetch(piecewise, request);
    }

    private void assertUnpacked(int node) throws IOException {
        for (int i = 0; i < FILES; i++) {
            assertThat(tree(node).resolve("d/f" + i)).hasBinaryContent(content(i));
        }
        try (Stream<Path> entries = Files.walk(tree(node))) {
            assertThat(entries.filter(Files::isRegularFile)).hasSize(FILES);
        }
    }

    private static void remove(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Everything below {@code data} of that name. */
    private static List<Path> named(Path data, String name) throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            List<Path> found = all.filter(path -> path.endsWith(name)).toList();
            assertThat(found).as(name + " in " + data).isNotEmpty();
            return found;
        }
    }

    private static void flip(Path file, long offset) throws IOException {
        assertThat(file.toFile().setWritable(true)).isTrue();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, offset);
        }
    }

    @Test
    void aLostRecordALostDirectoryAndABadArchiveOnThreeNodesAreRepairedWithoutTheOrigin() throws Exception {
        byte[] archive = archive();
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.s3().put(LocalCluster.BUCKET, "tools.tar", new ByteArrayInputStream(archive), archive.length);
            cluster.addSeeder("seeder");
            for (int node = 0; node < 3; node++) {
                try (Piecewise piecewise = cluster.addNode("node" + node)) {
                    fetch(piecewise, node);
                    assertUnpacked(node);
                }
            }
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(archive.length);

            for (Path record : named(cluster.dataOf("node0"), "pieces")) {
                Files.write(record, new byte[] {1, 2, 3});
            }
            remove(tree(0));
            remove(tree(1));
            for (Path file : named(cluster.dataOf("node2"), "files/tools.tar")) {
                flip(file, 1_000_000);
            }
            remove(tree(2));

            for (int node = 0; node < 3; node++) {
                try (Piecewise piecewise = cluster.addNode("node" + node)) {
                    FetchOutcome.Complete again = fetch(piecewise, node);
                    assertThat(again.unpacked().orElseThrow().now()).isTrue();
                    assertUnpacked(node);
                    if (node == 1) {
                        assertThat(again.bytesFromPeers())
                                .as("its archive is whole")
                                .isZero();
                    } else if (node == 2) {
                        assertThat(again.bytesFromPeers())
                                .as("one piece of its archive is bad")
                                .isBetween(1L, archive.length / 2L);
                    }
                }
            }
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(archive.length);
        }
    }
}
