package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.client.request.Destination;
import dev.piecewise.client.unpack.ArchiveFormat;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.client.unpack.UnpackLimits;
import dev.piecewise.client.unpack.UnpackRecord;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a destination: all of an archive, or what was there. */
class UnpackPublisherTest {
    @TempDir
    private Path directory;

    private Path data;
    private Path out;
    private Path target;
    private final Random random = new Random(1);
    private final List<FetchProgress> progress = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        out = Files.createDirectory(directory.resolve("out"));
        target = out.resolve("tools");
    }

    @AfterEach
    void nothingHiddenIsLeft() throws IOException {
        try (Stream<Path> left = Files.list(out)) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith(".")))
                    .isEmpty();
        }
        Path records = data.resolve("unpacked");
        if (Files.exists(records)) {
            try (Stream<Path> left = Files.list(records)) {
                assertThat(left.map(path -> path.getFileName().toString()))
                        .allMatch(name -> name.matches("[0-9a-f]{64}"));
            }
        }
    }

    private static byte[] tar(Map<String, String> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8")) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
                entry.setModTime(FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
                if (!entry.isDirectory()) {
                    entry.setSize(content.length);
                } else {
                    entry.setMode(0555);
                }
                out.putArchiveEntry(entry);
                out.write(content);
                out.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Map<String, String> first() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("closed/", "");
        files.put("closed/tool", "one");
        files.put("readme", "first");
        return files;
    }

    private static Map<String, String> second() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("./", "");
        files.put("closed/tool", "two");
        return files;
    }

    private FetchRequest request(String name) {
        return FetchRequest.of(ArtifactUri.parse("s3://b/" + name), Destination.of(target))
                .withUnpack(Unpack.auto());
    }

    private UnpackPublisher publisher(FetchRequest request) {
        return publisher(request, () -> false);
    }

    private UnpackPublisher publisher(FetchRequest request, BooleanSupplier stopped) {
        return new UnpackPublisher(request, data, random, stopped);
    }

    private FetchOutcome.Unpacked unpack(FetchRequest request, String version, byte[] archive) throws IOException {
        return unpack(publisher(request), version, archive);
    }

    private FetchOutcome.Unpacked unpack(UnpackPublisher publisher, String version, byte[] archive) throws IOException {
        publisher.checkDestination();
        Optional<UnpackRecord> present = publisher.present();
        if (present.filter(record -> record.version().equals(version)).isPresent()) {
            return publisher.unchanged(present.get()).unpacked().orElseThrow();
        }
        Acquired.Ready ready = ready(version, Files.write(data.resolve("stored"), archive));
        return publisher
                .publish(ready, present, progress::add, System::nanoTime)
                .unpacked()
                .orElseThrow();
    }

    private static Acquired.Ready ready(String version, Path stored) throws IOException {
        long size = Files.size(stored);
        return new Acquired.Ready(
                version,
                new ArtifactContent("tools", true, List.of(new FileEntry("tools", size)), new PieceLayout(size, 16384)),
                List.of(),
                List.of(stored),
                "00",
                new Received(size, 0, 0, 0, 0));
    }

    private void assertIsThere(Map<String, String> files) {
        files.forEach((name, content) -> {
            if (!name.endsWith("/")) {
                assertThat(target.resolve(name)).hasContent(content);
            }
        });
    }

    private void assertRefused(FetchRequest request, String version, byte[] archive, String... parts) {
        assertThatThrownBy(() -> unpack(request, version, archive))
                .isInstanceOfSatisfying(ProcessFault.class, fault -> {
                    assertThat(fault.kind()).isEqualTo(Kind.USAGE);
                    assertThat(fault).hasMessageContainingAll(parts);
                });
    }

    @Test
    void itIsUnpackedOncePerVersionAndTheNextVersionTakesThePlaceOfAll() throws Exception {
        assertThat(unpack(request("tools.tar"), "v1", tar(first())))
                .isEqualTo(new FetchOutcome.Unpacked(List.of(ArchiveFormat.TAR), 3, 8, true));
        assertIsThere(first());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve("closed"))))
                .isEqualTo("r-xr-xr-x");
        assertThat(progress).isNotEmpty().allMatch(seen -> seen.phase() == FetchProgress.Phase.UNPACKING);
        Object inode = Files.getAttribute(target, "unix:ino");
        assertThat(unpack(request("tools.tar"), "v1", new byte[] {1}).now()).isFalse();
        assertThat(Files.getAttribute(target, "unix:ino")).isEqualTo(inode);

        assertThat(unpack(request("tools.tar"), "v2", tar(second())).now()).isTrue();
        assertIsThere(second());
        assertThat(target.resolve("readme")).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("r-xr-xr-x");
        assertThat(unpack(request("tools.tar"), "v1", tar(first())).now()).isTrue();
        assertIsThere(first());
    }

    @Test
    void itIsUnpackedAgainWhenItOrAFileOfItIsGone() throws Exception {
        unpack(request("tools.tar"), "v1", tar(first()));
        Files.move(target, out.resolve("away"));
        assertThat(unpack(request("tools.tar"), "v1", tar(first())).now()).isTrue();
        Files.delete(target.resolve("readme"));
        assertThat(unpack(request("tools.tar"), "v1", tar(first())).now()).isTrue();
        assertIsThere(first());
    }

    @Test
    void anotherMethodUnpacksAgainAndAnExplicitOneWinsOverTheName() throws Exception {
        unpack(request("tools.tar"), "v1", tar(first()));
        assertThatThrownBy(
                        () -> unpack(request("tools.tar").withUnpack(Unpack.as(ArchiveFormat.ZIP)), "v1", tar(first())))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("it is broken");
        assertIsThere(first());
        assertThat(unpack(request("tools.zip").withUnpack(Unpack.as(ArchiveFormat.TAR)), "v1", tar(first()))
                        .now())
                .isFalse();
    }

    @Test
    void autoLooksAtTheFirstBytesWhereTheNameSaysNothing() throws Exception {
        assertThat(unpack(request("tools"), "v1", tar(first())).formats()).containsExactly(ArchiveFormat.TAR);
        assertThat(unpack(request("tools"), "v1", tar(first())).now()).isFalse();
        byte[] text = "just text\n".getBytes(StandardCharsets.UTF_8);
        assertRefused(request("notes"), "v2", text, "s3://b/notes", "--unpack=", target + " is as it was");
        assertIsThere(first());
    }

    @Test
    void whatWasChangedOrAddedThereIsOnlyGivenUpWithReplace() throws Exception {
        unpack(request("tools.tar"), "v1", tar(first()));
        Files.writeString(target.resolve("readme"), "my own words");
        assertRefused(
                request("tools.tar"),
                "v1",
                tar(first()),
                target.resolve("readme").toString(),
                "--replace");
        assertThat(target.resolve("readme")).hasContent("my own words");
        unpack(request("tools.tar").withReplace(true), "v1", tar(first()));
        assertIsThere(first());

        Files.writeString(target.resolve("mine"), "mine");
        assertThat(unpack(request("tools.tar"), "v1", tar(first())).now()).isFalse();
        assertRefused(request("tools.tar"), "v2", tar(second()), "1 files", "--replace");
        assertThat(target.resolve("mine")).hasContent("mine");
        unpack(request("tools.tar").withReplace(true), "v2", tar(second()));
        assertThat(target.resolve("mine")).doesNotExist();
    }

    @Test
    void aDirectoryOfSomebodyElseIsAdoptedWhenItHasAllAndElseLeftAlone() throws Exception {
        Files.createDirectories(target.resolve("closed"));
        Files.writeString(target.resolve("closed/tool"), "one");
        assertRefused(request("tools.tar"), "v1", tar(first()), target.toString(), "--replace");
        Files.writeString(target.resolve("readme"), "first");
        Object inode = Files.getAttribute(target, "unix:ino");
        unpack(request("tools.tar"), "v1", tar(first()));
        assertThat(Files.getAttribute(target, "unix:ino")).isEqualTo(inode);
        assertThat(unpack(request("tools.tar"), "v1", new byte[] {1}).now()).isFalse();
    }

    @Test
    void anEmptyDirectoryIsTakenAndALinkToOneIsKept() throws Exception {
        Path real = Files.createDirectory(out.resolve("real"));
        Files.createSymbolicLink(target, real);
        unpack(request("tools.tar"), "v1", tar(first()));
        assertThat(target).isSymbolicLink();
        assertIsThere(first());
        assertThat(unpack(request("tools.tar"), "v1", new byte[] {1}).now()).isFalse();
    }

    @Test
    void whatCannotBeADestinationIsToldBeforeAnythingIsFetched() throws Exception {
        Files.writeString(target, "a file");
        assertRefused(request("tools.tar"), "v1", tar(first()), target + " is not a directory");
        target = directory;
        assertRefused(request("tools.tar"), "v1", tar(first()), data + " lies in it");
        target = Path.of("").toAbsolutePath();
        assertRefused(request("tools.tar"), "v1", tar(first()), "choose a directory of its own");
    }

    @Test
    void aRefusedArchiveOrAStopLeavesWhatWasThere() throws Exception {
        unpack(request("tools.tar"), "v1", tar(first()));
        Map<String, String> hostile = new LinkedHashMap<>(second());
        hostile.put("../escaped", "");
        assertThatThrownBy(() -> unpack(request("tools.tar"), "v2", tar(hostile)))
                .hasMessageContainingAll("s3://b/tools.tar", "'../escaped'", "is as it was");
        UnpackLimits tight = UnpackLimits.defaults().withMaxBytes(2);
        assertThatThrownBy(() ->
                        unpack(request("tools.tar").withUnpack(Unpack.auto().withLimits(tight)), "v2", tar(second())))
                .hasMessageContaining("more than 2 B");
        assertThatThrownBy(() -> unpack(publisher(request("tools.tar"), () -> true), "v2", tar(second())))
                .hasMessageContaining("interrupted");
        assertIsThere(first());
        assertThat(unpack(request("tools.tar"), "v1", new byte[] {1}).now()).isFalse();
    }

    /** As if below {@code s3://b/p/}. */
    private FetchOutcome.Unpacked unpackAll(FetchRequest request, String version, Map<String, byte[]> objects)
            throws IOException {
        List<FileEntry> files = new ArrayList<>();
        List<Path> stored = new ArrayList<>();
        for (Map.Entry<String, byte[]> object : objects.entrySet()) {
            files.add(new FileEntry(object.getKey(), object.getValue().length));
            stored.add(Files.write(data.resolve("stored-" + stored.size()), object.getValue()));
        }
        long size = files.stream().mapToLong(FileEntry::sizeBytes).sum();
        ArtifactContent content = new ArtifactContent("p", false, files, new PieceLayout(size, 16384));
        UnpackPublisher publisher = publisher(request);
        publisher.checkDestination();
        Optional<UnpackRecord> present = publisher.present();
        if (present.filter(record -> record.version().equals(version)).isPresent()) {
            return publisher.unchanged(present.get()).unpacked().orElseThrow();
        }
        publisher.check(content);
        return publisher
                .publish(
                        new Acquired.Ready(version, content, List.of(), stored, "00", new Received(size, 0, 0, 0, 0)),
                        present,
                        progress::add,
                        System::nanoTime)
                .unpacked()
                .orElseThrow();
    }

    private static Map<String, byte[]> archives() {
        Map<String, byte[]> objects = new TreeMap<>();
        objects.put("a.tar", tar(first()));
        objects.put("d/b.bin", tar(second())); // known by its first bytes
        return objects;
    }

    @Test
    void ofAPrefixEachArchiveHasADirectoryAndAllOfThemAppearAtOnce() throws Exception {
        assertThat(unpackAll(request("p/"), "v1", archives()))
                .isEqualTo(new FetchOutcome.Unpacked(List.of(ArchiveFormat.TAR), 6, 11, true));
        assertThat(target.resolve("a/readme")).hasContent("first");
        assertThat(target.resolve("d/b.bin/closed/tool")).hasContent("two");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve("d/b.bin"))))
                .as("what the archive says of its root")
                .isEqualTo("r-xr-xr-x");
        assertThat(progress).isNotEmpty().allMatch(seen -> seen.fileCount() == 2 && seen.filesHeld() == 2);
        assertThat(unpackAll(request("p/"), "v1", Map.of("x.tar", new byte[] {1}))
                        .now())
                .isFalse();

        Map<String, byte[]> next = archives();
        next.remove("a.tar");
        assertThat(unpackAll(request("p/"), "v2", next).now()).isTrue();
        assertThat(target.resolve("a")).doesNotExist();
        assertThat(target.resolve("d/b.bin/closed/tool")).hasContent("two");
        Files.writeString(target.resolve("mine"), "mine");
        assertThatThrownBy(() -> unpackAll(request("p/"), "v3", archives())).hasMessageContaining("--replace");
    }

    @Test
    void anObjectOfAPrefixThatIsNoArchiveIsNamedAndNothingChanges() throws Exception {
        unpackAll(request("p/"), "v1", archives());
        Map<String, byte[]> more = archives();
        more.put("d/notes.txt", "just text\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> unpackAll(request("p/"), "v2", more))
                .hasMessageContainingAll("cannot unpack s3://b/p/d/notes.txt", "exclude", target + " is as it was");
        more.put("d/notes.txt", new byte[0]);
        assertThatThrownBy(() -> unpackAll(request("p/"), "v2", more))
                .hasMessageContainingAll("s3://b/p/d/notes.txt: it has no bytes", "exclude");
        more.remove("d/notes.txt");
        more.put("broken.zip", tar(first()));
        assertThatThrownBy(() -> unpackAll(request("p/"), "v2", more))
                .hasMessageContainingAll("s3://b/p/broken.zip: it is broken", "exclude");
        assertThat(target.resolve("a/readme")).hasContent("first");
        assertThat(unpackAll(request("p/"), "v1", archives()).now()).isFalse();
    }

    @Test
    void archivesThatWouldShareADirectoryAreNamedBeforeAnythingIsFetched() {
        List<FileEntry> files = List.of(new FileEntry("a.tar", 1), new FileEntry("a.zip", 1));
        ArtifactContent content = new ArtifactContent("p", false, files, new PieceLayout(2, 16384));
        assertThatThrownBy(() -> publisher(request("p/")).check(content))
                .isInstanceOfSatisfying(
                        ProcessFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.USAGE))
                .hasMessageContainingAll("s3://b/p/", "'a.tar' and 'a.zip'", "nothing was put at " + target);
    }

    @Test
    void theLimitsHoldForAllArchivesOfAPrefixTogether() throws Exception {
        UnpackLimits tight = UnpackLimits.defaults().withMaxBytes(10);
        FetchRequest request = request("p/").withUnpack(Unpack.auto().withLimits(tight));
        assertThatThrownBy(() -> unpackAll(request, "v1", archives()))
                .hasMessageContainingAll("s3://b/p/d/b.bin", "more than 10 B");
        UnpackLimits few = UnpackLimits.defaults().withMaxEntries(5);
        assertThatThrownBy(
                        () -> unpackAll(request("p/").withUnpack(Unpack.auto().withLimits(few)), "v1", archives()))
                .hasMessageContainingAll("s3://b/p/d/b.bin", "more than the 5 that are allowed");
        assertThat(target).doesNotExist();
    }

    @Test
    void severalThatUnpackTheSameAtOnceAllSucceed() throws Exception {
        Path stored = Files.write(data.resolve("stored"), tar(first()));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<FetchOutcome.Complete>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(threads.submit(() -> publisher(request("tools.tar"))
                        .publish(ready("v1", stored), Optional.empty(), ProgressListener.NONE, System::nanoTime)));
            }
            for (Future<FetchOutcome.Complete> one : all) {
                assertThat(one.get(60, TimeUnit.SECONDS).path()).isEqualTo(target);
            }
        } finally {
            threads.shutdownNow();
        }
        assertIsThere(first());
        assertThat(unpack(request("tools.tar"), "v1", new byte[] {1}).now()).isFalse();
    }

    @Test
    void aRecordThatCannotBeReadIsNone() throws Exception {
        unpack(request("tools.tar"), "v1", tar(first()));
        try (Stream<Path> records = Files.list(data.resolve("unpacked"))) {
            for (Path record : records.toList()) {
                byte[] bytes = Files.readAllBytes(record);
                Files.write(record, Arrays.copyOf(bytes, bytes.length - 20));
            }
        }
        assertThat(unpack(request("tools.tar"), "v1", tar(first())).now()).isTrue();
        assertThat(unpack(request("tools.tar"), "v1", new byte[] {1}).now()).isFalse();
    }
}
