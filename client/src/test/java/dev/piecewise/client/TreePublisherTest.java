package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.FileMode;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreePublisherTest {
    private static final Map<String, String> TREE = new LinkedHashMap<>();

    static {
        TREE.put("a b", "space");
        TREE.put("deep/er/ü 𝄞", "unicode");
        TREE.put("deep/zero", "");
        TREE.put("x%2Fy+?#", "odd");
    }

    private static final List<String> MARKERS = List.of("deep/er", "marked/empty");

    @TempDir
    private Path directory;

    private Path out;
    private Path tree;

    @BeforeEach
    void makeOut() throws IOException {
        out = Files.createDirectory(directory.resolve("out"));
        tree = out.resolve("tree");
    }

    private Acquired.Ready ready() throws IOException {
        return ready(TREE, MARKERS);
    }

    private Acquired.Ready ready(Map<String, String> contents, List<String> markers) throws IOException {
        Path store = Files.createTempDirectory(directory, "store");
        List<FileEntry> files = new ArrayList<>();
        List<Path> stored = new ArrayList<>();
        long total = 0;
        for (Map.Entry<String, String> file : contents.entrySet()) {
            byte[] bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
            files.add(new FileEntry(file.getKey(), bytes.length));
            Path path = store.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            stored.add(Files.write(path, bytes));
            total += bytes.length;
        }
        ArtifactContent content = new ArtifactContent("k", false, files, new PieceLayout(total, 16384));
        return new Acquired.Ready(
                "v1", content, markers, total == 0 ? List.of() : stored, "00", new Received(total, 0, 0, 0, 0));
    }

    private Publisher publisher(Path destination, boolean replace) {
        return publisher(Destination.of(destination), replace, new Random(1), () -> false);
    }

    private Publisher publisher(Destination destination, boolean replace, Random random, BooleanSupplier stopped) {
        FetchRequest request =
                FetchRequest.of(ArtifactUri.parse("s3://b/k/"), destination).withReplace(replace);
        return new Publisher(request, directory.resolve("data"), random, stopped);
    }

    private List<Path> publish() throws IOException {
        return publisher(tree, false).publish(ready());
    }

    /** Every file below with its content, every directory with a null in place of one. */
    private static Map<String, String> below(Path root) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.filter(path -> !path.equals(root)).toList()) {
                boolean file = Files.isRegularFile(path);
                found.put(root.relativize(path) + (file ? "" : "/"), file ? Files.readString(path) : "");
            }
        }
        return found;
    }

    private static Map<String, String> expected() {
        Map<String, String> all = new TreeMap<>(TREE);
        for (String made : List.of("deep/", "deep/er/", "marked/", "marked/empty/")) {
            all.put(made, "");
        }
        return all;
    }

    private static void hasKind(Throwable fault, Kind kind) {
        assertThat(((ProcessFault) fault).kind()).isEqualTo(kind);
    }

    @Test
    void aNewTreeAppearsWholeWithItsEmptyFilesAndMarkedDirectories() throws IOException {
        assertThat(publish())
                .containsExactlyElementsOf(
                        TREE.keySet().stream().map(tree::resolve).toList());
        assertThat(below(tree)).isEqualTo(expected());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.resolve("deep/zero"))))
                .isEqualTo("r--r--r--");
        assertThat(Files.getAttribute(tree.resolve("a b"), "unix:nlink")).isEqualTo(2);
        assertThat(below(out)).doesNotContainKey("lock").hasSize(expected().size() + 1);
    }

    @Test
    void aTrailingSlashAndAMissingParentChangeNothing() throws IOException {
        Destination slashed = Destination.parse(out + "/new/tree/");
        publisher(slashed, false, new Random(1), () -> false).publish(ready());
        assertThat(below(out.resolve("new/tree"))).isEqualTo(expected());
    }

    @Test
    void markersAloneMakeEmptyDirectories() throws IOException {
        assertThat(publisher(tree, false).publish(ready(Map.of(), MARKERS))).isEmpty();
        assertThat(below(tree)).containsOnlyKeys("deep/", "deep/er/", "marked/", "marked/empty/");
        publisher(tree, false).publish(ready(Map.of(), List.of("one more")));
        assertThat(tree.resolve("one more")).isEmptyDirectory();
    }

    @Test
    void filesWithoutBytesAreMadeWithoutAStore() throws IOException {
        publisher(tree, false).publish(ready(Map.of("a/e", "", "f", ""), List.of()));
        assertThat(tree.resolve("a/e")).isEmptyFile();
        assertThat(tree.resolve("f")).isEmptyFile();
    }

    @Test
    void aSecondTimeNothingIsTouched() throws IOException {
        publish();
        FileTime longAgo = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(tree, longAgo);
        Object before = Files.getAttribute(tree.resolve("deep/er/ü 𝄞"), "unix:ctime");
        Acquired.Ready again = ready();
        publisher(tree, false).check(again.content(), again.directories());
        publisher(tree, false).publish(again);
        assertThat(Files.getLastModifiedTime(tree)).isEqualTo(longAgo);
        assertThat(Files.getAttribute(tree.resolve("deep/er/ü 𝄞"), "unix:ctime"))
                .isEqualTo(before);
    }

    @Test
    void anExistingDirectoryGetsWhatItLacksAndKeepsWhatIsItsOwn() throws IOException {
        publish();
        Files.writeString(tree.resolve("deep/mine"), "mine");
        Files.delete(tree.resolve("deep/er/ü 𝄞"));
        Files.delete(tree.resolve("deep/er"));
        Files.delete(tree.resolve("a b"));
        publish();
        Map<String, String> all = expected();
        all.put("deep/mine", "mine");
        assertThat(below(tree)).isEqualTo(all);
    }

    @Test
    void otherContentIsNamedAndNothingChangesUntilItIsToBeReplaced() throws IOException {
        Files.createDirectories(tree.resolve("deep"));
        Files.writeString(tree.resolve("a b"), "SPACE");
        Files.writeString(tree.resolve("deep/zero"), "not empty");
        Map<String, String> before = below(tree);
        assertThatThrownBy(this::publish)
                .hasMessageContaining(tree.resolve("a b") + " has other content")
                .hasMessageContaining("1 more below " + tree)
                .hasMessageContaining("--replace")
                .satisfies(fault -> hasKind(fault, Kind.USAGE));
        assertThat(below(tree)).isEqualTo(before);
        publisher(tree, true).publish(ready());
        assertThat(below(tree)).isEqualTo(expected());
    }

    @Test
    void onlyWhatDiffersIsReplaced() throws IOException {
        publish();
        Object kept = Files.getAttribute(tree.resolve("a b"), "unix:ino");
        Files.delete(tree.resolve("x%2Fy+?#"));
        Files.writeString(tree.resolve("x%2Fy+?#"), "ODD");
        publisher(tree, true).publish(ready());
        assertThat(Files.getAttribute(tree.resolve("a b"), "unix:ino")).isEqualTo(kept);
        assertThat(below(tree)).isEqualTo(expected());
    }

    @Test
    void otherSizesAreNoticedBeforeTheDownload() throws IOException {
        Files.createDirectory(tree);
        Files.writeString(tree.resolve("a b"), "longer than it");
        Acquired.Ready ready = ready();
        assertThatThrownBy(() -> publisher(tree, false).check(ready.content(), ready.directories()))
                .hasMessageContaining("a b");
        publisher(tree, true).check(ready.content(), ready.directories());
    }

    @Test
    void aFileWhereADirectoryMustBeAndTheReverseAreLeftAloneEvenWhenReplacing() throws IOException {
        Files.createDirectory(tree);
        Path file = Files.writeString(tree.resolve("deep"), "mine");
        assertThatThrownBy(() -> publisher(tree, true).publish(ready()))
                .hasMessageContaining(file + " is a file where a directory must be");
        Files.delete(file);
        Path there = Files.createDirectory(tree.resolve("a b"));
        assertThatThrownBy(() -> publisher(tree, true).publish(ready()))
                .hasMessageContaining(there + " is a directory where a file must be");
        assertThat(below(tree)).containsOnlyKeys("a b/");
    }

    @Test
    void aFileInPlaceOfTheTreeIsLeftAlone() throws IOException {
        Files.writeString(tree, "mine");
        Acquired.Ready ready = ready();
        assertThatThrownBy(() -> publisher(tree, true).check(ready.content(), ready.directories()))
                .hasMessageContaining(tree + " is not a directory");
        assertThatThrownBy(() -> publisher(tree, true).publish(ready)).hasMessageContaining("is not a directory");
        assertThat(tree).hasContent("mine");
    }

    @Test
    void symbolicLinksBelowAreNeitherFollowedNorWrittenThrough() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Path victim = Files.writeString(outside.resolve("victim"), "space");
        Files.createDirectory(tree);
        Files.createSymbolicLink(tree.resolve("deep"), outside);
        assertThatThrownBy(() -> publisher(tree, true).publish(ready()))
                .hasMessageContaining(tree.resolve("deep") + " is a symbolic link");
        Files.delete(tree.resolve("deep"));
        Files.createSymbolicLink(tree.resolve("a b"), victim);
        assertThatThrownBy(this::publish).hasMessageContaining("a b has other content");
        publisher(tree, true).publish(ready());
        assertThat(Files.isSymbolicLink(tree.resolve("a b"))).isFalse();
        assertThat(below(tree)).isEqualTo(expected());
        assertThat(below(outside)).isEqualTo(Map.of("victim", "space"));
    }

    @Test
    void theDestinationItselfMayBeALinkToADirectory() throws IOException {
        Path real = Files.createDirectory(directory.resolve("real"));
        Files.createSymbolicLink(tree, real);
        publish();
        assertThat(below(real)).isEqualTo(expected());
        Path dangling = Files.createSymbolicLink(out.resolve("dangling"), directory.resolve("nowhere"));
        assertThatThrownBy(() -> publisher(dangling, true).publish(ready()))
                .hasMessageContaining(dangling + " is not a directory");
    }

    @Test
    void aFailureShowsNothingOfANewTreeAndNamesTheFile() throws IOException {
        Acquired.Ready ready = ready();
        Files.delete(ready.stored().get(3));
        assertThatThrownBy(() -> publisher(tree, false).publish(ready))
                .hasMessageContaining("cannot write " + tree.resolve("x%2Fy+?#"))
                .satisfies(fault -> hasKind(fault, Kind.FAILED));
        assertThat(below(out)).isEmpty();
        Files.createDirectory(tree);
        assertThatThrownBy(() -> publisher(tree, false).publish(ready)).hasMessageContaining("cannot write");
        assertThat(below(tree)).isEmpty();
    }

    @Test
    void anInterruptedPublicationLeavesNothing() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        Publisher stopped = publisher(Destination.of(tree), false, new Random(1), () -> asked.incrementAndGet() > 2);
        assertThatThrownBy(() -> stopped.publish(ready())).hasMessageContaining("interrupted");
        assertThat(below(out)).isEmpty();
    }

    @Test
    void whatAKilledPublicationLeftIsRemovedByTheNextButNotThatOfALivingOne() throws Exception {
        Path dead = Files.createDirectory(out.resolve(".piecewise-dead"));
        Files.createFile(dead.resolve("lock"));
        Files.createDirectories(dead.resolve("made-tree/a"));
        Files.writeString(dead.resolve("made-tree/a/half"), "ha");
        Files.createDirectory(out.resolve(".piecewise-0"));
        Path other = Files.createDirectory(out.resolve(".piecewise-not-ours"));
        Path alive = Files.createDirectory(out.resolve(".piecewise-a11e"));
        try (FileChannel lockFile =
                        FileChannel.open(alive.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lockFile.lock();
                Staging mine = Staging.in(out, new Random(7))) {
            assertThat(lock.isValid()).isTrue();
            publish();
            assertThat(dead).doesNotExist();
            assertThat(out.resolve(".piecewise-0")).doesNotExist();
            assertThat(other).exists();
            assertThat(alive.resolve("lock")).exists();
            assertThat(mine.resolve("x").getParent()).exists();
        }
        assertThat(below(tree)).isEqualTo(expected());
    }

    @Test
    void anotherFileSystemGetsAReadOnlyCopyIfThereIsRoom() throws IOException {
        Path shm = Path.of("/dev/shm");
        assumeThat(shm).isDirectory().isWritable();
        assumeThat(Files.getFileStore(shm)).isNotEqualTo(Files.getFileStore(directory));
        Path other = Files.createTempDirectory(shm, "publisher-test");
        try {
            Path there = other.resolve("tree");
            publisher(there, false).publish(ready());
            assertThat(below(there)).isEqualTo(expected());
            publisher(there, false).publish(ready());
            long tooMuch = Files.getFileStore(shm).getTotalSpace() * 2;
            ArtifactContent huge = new ArtifactContent(
                    "k", false, List.of(new FileEntry("huge", tooMuch)), new PieceLayout(tooMuch, 1 << 29));
            assertThatThrownBy(() -> publisher(there, false).check(huge, List.of()))
                    .hasMessageContaining("must be copied")
                    .hasMessageContaining("free some space");
        } finally {
            try (Stream<Path> left = Files.walk(other)) {
                for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void twoAtOnceToTheSamePlaceBothSucceed() throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        for (int round = 0; round < 20; round++) {
            Path shared = out.resolve("round-" + round);
            List<CompletableFuture<Void>> both = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Acquired.Ready ready = ready();
                Random random = new Random(i);
                both.add(CompletableFuture.runAsync(() -> publisher(Destination.of(shared), false, random, failed::get)
                        .publish(ready)));
            }
            CompletableFuture.allOf(both.toArray(CompletableFuture<?>[]::new)).get();
            assertThat(below(shared)).isEqualTo(expected());
        }
    }

    @Test
    void manyFilesGoThrough() throws IOException {
        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 1500; i++) {
            many.put(String.format("d%02d/f%04d", i / 100, i), "content " + i);
        }
        assertThat(publisher(tree, false).publish(ready(many, List.of()))).hasSize(1500);
        assertThat(tree.resolve("d14/f1499")).hasContent("content 1499");
    }

    @Test
    void aTreeTakesAModeWhenItIsMadeAndWhenItIsThereAlready() throws IOException {
        for (String mode : List.of("0640", "0600")) {
            FetchRequest request = FetchRequest.of(FetchSource.parse("s3://b/p/"), Destination.of(tree))
                    .withMode(FileMode.parse(mode));
            new Publisher(request, directory.resolve("data"), new Random(1), () -> false).publish(ready());
            for (String path : TREE.keySet()) {
                assertThat(Files.getPosixFilePermissions(tree.resolve(path)))
                        .as(path)
                        .isEqualTo(FileMode.parse(mode).permissions());
                assertThat(tree.resolve(path)).hasContent(String.valueOf(TREE.get(path)));
            }
        }
    }
}
