package dev.piecewise.client.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.piecewise.client.unpack.ArchiveFormat;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadPlanTest {
    @TempDir
    private Path directory;

    @Test
    void everyKeyIsRead() throws IOException {
        DownloadPlan plan = read(
                """
                # what the stages need
                requests:
                  - object: s3://models/llm.bin
                    destination: /scratch/llm.bin
                    profile: west
                    piece-size: 1MiB
                    cache: false
                    mode: 0640
                  - prefix: s3://models/llama
                    destination: llama
                    include: ["*.bin", 'conf/**']
                    exclude: old/
                  - object: s3://models/tools.tgz
                    destination: /scratch/
                    unpack: {destination: /scratch/tools, method: tar.gz}
                  - object: s3://models/more.zip
                    unpack:
                      destination: more
                """);

        assertThat(plan.requests())
                .containsExactly(
                        DownloadRequest.of("s3://models/llm.bin", "/scratch/llm.bin")
                                .withProfile("west")
                                .withPieceLength(new PieceLength(1 << 20))
                                .withCache(false)
                                .withMode(FileMode.parse("640")),
                        DownloadRequest.of(
                                        "s3://models/llama/",
                                        directory.resolve("llama").toString())
                                .withSelection(Selection.parse(List.of("*.bin", "conf/**"), List.of("old/"))),
                        DownloadRequest.of("s3://models/tools.tgz", "/scratch/")
                                .withUnpack(new UnpackInto(Path.of("/scratch/tools"), Unpack.as(ArchiveFormat.TAR_GZ))),
                        DownloadRequest.unpacked(
                                ArtifactUri.parse("s3://models/more.zip"),
                                new UnpackInto(directory.resolve("more"), Unpack.auto())));
    }

    @Test
    void allProblemsAreToldAtOnceEachWithItsLineAndTheNearMiss() throws IOException {
        Path file = write(
                """
                requests:
                  - objct: s3://b/k
                    destination: /a
                  - object: s3://b/k
                    destinaton: /a
                    unpack: {destination: /b, methd: zip}
                  - object: s3://b/p/
                    destination: /a
                  - prefix: s3://b/p/
                    destination: /a
                    include: ["[a"]
                    cache: yes
                    mode: 0999
                    piece-size: 3
                  - object: s3://b/k
                    prefix: s3://b/p/
                    destination: /a
                  - object: s3://b/k
                  - just a word
                request: 1
                """);

        ProcessFault fault = catchThrowableOfType(ProcessFault.class, () -> DownloadPlan.read(file));

        assertThat(fault.kind()).isEqualTo(Kind.USAGE);
        assertThat(String.valueOf(fault.getMessage()).lines().map(line -> line.replace(file + ":", "")))
                .containsExactly(
                        "2: unknown key 'objct'; did you mean 'object'?",
                        "2: a request needs 'object' or 'prefix'",
                        "5: unknown key 'destinaton'; did you mean 'destination'?",
                        "6: unknown key 'unpack.methd'; did you mean 'unpack.method'?",
                        "7: object: 's3://b/p/' ends in '/' and so is a prefix; write 'prefix'",
                        "11: include: the pattern '[a' has a '[' without its ']'",
                        "12: cache: 'yes' is neither true nor false",
                        "13: mode: '0999' is not a mode; write three octal digits, for example 0644",
                        "14: piece-size: piece size 3 bytes is not a multiple of 16 KiB between 16 KiB and 512 MiB; try"
                                + " 1MiB, or leave it out",
                        "15: a request has 'object' or 'prefix', not both",
                        "18: s3://b/k has no destination",
                        "19: a request consists of keys, for example 'object: s3://bucket/key'",
                        "19: a request needs 'object' or 'prefix'",
                        "20: unknown key 'request'; did you mean 'requests'?");
    }

    @Test
    void whatIsUnpackedHasADirectory() throws IOException {
        Path file = write(
                """
                requests:
                  - prefix: s3://b/p/
                    exclude: "*.txt"
                    unpack: {destination: /a, method: rar}
                  - object: s3://b/k
                    unpack: {method: zip}
                  - object: s3://b/k
                    destination: /k
                    include: "*"
                  - object: s3://b/l
                    unpack: {destination: /l}
                    mode: 644
                """);

        assertThatThrownBy(() -> DownloadPlan.read(file))
                .hasMessageContaining(":4: unpack.method: 'rar' is not a method of unpacking")
                .hasMessageContaining(":6: 'unpack' needs 'destination'")
                .hasMessageContaining(":7: s3://b/k is an object, and only a prefix has files to include or exclude")
                .hasMessageContaining(":10: s3://b/l is only unpacked");
    }

    @Test
    void twoRequestsThatWantDifferentThingsAtOnePlaceAreRefused() throws IOException {
        Path file = write(
                """
                requests:
                  - {object: s3://b/k, destination: /d/}
                  - {object: s3://c/k, destination: /d/k}
                  - {prefix: s3://b/p, destination: /d/k/e}
                  - {object: s3://b/t, unpack: {destination: /u}}
                  - {object: s3://b/m, destination: /u/m}
                  - {object: s3://b/n, unpack: {destination: /d}}
                """);

        assertThatThrownBy(() -> DownloadPlan.read(file))
                .hasMessageContaining(
                        ":3: /d/k is wanted by the request at " + file + ":2, too; choose another destination")
                .hasMessageContaining(":4: /d/k/e cannot be: the request at " + file + ":2 wants the file /d/k")
                .hasMessageContaining(":6: /u/m lies in what the request at " + file + ":5 unpacks")
                .hasMessageContaining(":7: /d is replaced as a whole when it is unpacked anew, and the request at");
    }

    @Test
    void prefixesMayShareADirectoryAndAnObjectMayLieInIt() throws IOException {
        DownloadPlan plan = read(
                """
                requests:
                  - {prefix: s3://b/p, destination: /d}
                  - {prefix: s3://b/q, destination: /d}
                  - {prefix: s3://b/r, destination: /d/e}
                  - {object: s3://b/k, destination: /d/k}
                  - {object: s3://b/k, destination: /f/k}
                """);

        assertThat(plan.requests()).hasSize(5);
    }

    @Test
    void theSameRequestOfManyStagesIsOne() {
        Stage first = () -> List.of(DownloadRequest.of("s3://b/k", "/d/k"), DownloadRequest.of("s3://b/l", "/d/l"));
        Stage second = () -> List.of(DownloadRequest.of("s3://b/l", "/d/l"));
        Stage clashing = () -> List.of(DownloadRequest.of("s3://c/l", "/d/l"));

        assertThat(DownloadPlan.of(List.of(first, second)).requests()).hasSize(2);
        assertThatThrownBy(() -> DownloadPlan.of(List.of(first, clashing)))
                .isInstanceOf(ProcessFault.class)
                .hasMessage("s3://c/l: /d/l is wanted by s3://b/l, too; choose another destination");
    }

    @Test
    void aFileWithoutRequestsIsNoListOfThem() throws IOException {
        assertThatThrownBy(() -> read("")).hasMessageContaining(":1: there are no requests");
        assertThatThrownBy(() -> read("requests:\n")).hasMessageContaining(":1: there are no requests");
        assertThatThrownBy(() -> read("requests: {}\n")).hasMessageContaining("begin each request with '- '");
        assertThatThrownBy(() -> read("- object: s3://b/k\n")).hasMessageContaining("must begin with 'requests:'");
        assertThatThrownBy(() -> read("requests: [\n")).hasMessageContaining("is not YAML here");
        assertThatThrownBy(() -> DownloadPlan.read(directory.resolve("none.yaml")))
                .hasMessageContaining("there is no file");
    }

    @Test
    void whatComesFromAStreamIsRelativeToTheWorkingDirectory() {
        byte[] text = "requests: [{object: s3://b/k, destination: k}]".getBytes(StandardCharsets.UTF_8);

        DownloadPlan plan = DownloadPlan.read(new ByteArrayInputStream(text), "standard input");

        assertThat(plan.requests().get(0).destination()).isEqualTo(Optional.of(new Destination(Path.of("k"), false)));
    }

    @Test
    void modesAreOctal() {
        assertThat(FileMode.parse("0750")).hasToString("0750");
        assertThat(FileMode.parse("604")).hasToString("0604");
        assertThatThrownBy(() -> FileMode.parse("4755")).hasMessageContaining("is not a mode");
        assertThatThrownBy(() -> FileMode.parse("044")).hasMessageContaining("does not let the owner read");
    }

    private DownloadPlan read(String text) throws IOException {
        return DownloadPlan.read(write(text));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("requests.yaml"), text);
    }
}
