package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start script with a java that only says how it was called. */
final class StartScriptTest {
    private static final String JAVA = "#!/bin/sh\necho \"LC_ALL=${LC_ALL:-}\"\nfor arg; do echo \"arg=$arg\"; done\n";

    @TempDir
    Path directory = Path.of("");

    private record Run(int exitCode, String out, String err) {}

    @BeforeEach
    void install() throws IOException {
        Path bin = Files.createDirectories(directory.resolve("app").resolve("bin"));
        Files.copy(Path.of("src/main/dist/bin/piecewise"), bin.resolve("piecewise"));
        executable(bin.resolve("piecewise"));
        java("17.0.9");
    }

    private void java(String version) throws IOException {
        Path bin = Files.createDirectories(directory.resolve("jdk").resolve("bin"));
        Files.writeString(bin.resolve("java"), JAVA);
        executable(bin.resolve("java"));
        Files.writeString(directory.resolve("jdk").resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Run run(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        return run(directory.resolve("app/bin/piecewise"), environment, args);
    }

    private Run run(Path script, Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        int exitCode = script(script, environment, args)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Run(
                exitCode, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }

    private ProcessBuilder script(Map<String, String> environment, String... args) {
        return script(directory.resolve("app/bin/piecewise"), environment, args);
    }

    private ProcessBuilder script(Path script, Map<String, String> environment, String... args) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
        builder.environment().putAll(environment);
        return builder;
    }

    @Test
    void withoutAUtf8LocaleItSetsOne() throws Exception {
        assertThat(run(Map.of()).out()).contains("LC_ALL=C.UTF-8\n");
        assertThat(run(Map.of("LC_ALL", "POSIX")).out()).contains("LC_ALL=C.UTF-8\n");
        assertThat(run(Map.of("LC_ALL", "no_SUCH.UTF-8")).out()).contains("LC_ALL=C.UTF-8\n");
        assertThat(run(Map.of("LANG", "C.UTF-8")).out()).contains("LC_ALL=\n");
    }

    @Test
    void passesArgumentsAsTheyAreAndUserOptionsLast() throws Exception {
        String out = run(Map.of("PIECEWISE_JAVA_OPTS", "-Xmx1g -Da=b"), "get", "s3://b/a key", "x*")
                .out();
        assertThat(out)
                .containsSubsequence(
                        "arg=-Xmx224m\n",
                        "arg=-Xmx1g\n",
                        "arg=-Da=b\n",
                        "arg=dev.piecewise.cli.PiecewiseMain\n",
                        "arg=get\n",
                        "arg=s3://b/a key\n",
                        "arg=x*\n");
    }

    @Test
    void findsItsJarsThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("pw"), Path.of("app/bin/piecewise"));
        assertThat(run(link, Map.of()).out())
                .contains("arg=-Dpiecewise.home=" + directory.toRealPath().resolve("app") + "\n");
    }

    @Test
    void aWrongJavaHomeIsNamed() throws Exception {
        Run run = run(Map.of("JAVA_HOME", "/no/such/java"));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("piecewise: JAVA_HOME is /no/such/java")
                .hasLineCount(1);
    }

    @Test
    void anOldJavaIsNamedWithItsVersion() throws Exception {
        java("11.0.2");
        Run run = run(Map.of());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("is Java 11.0.2; Piecewise needs Java 17 or later")
                .hasLineCount(1);
    }

    @Test
    void aMissingJavaIsSaid() throws Exception {
        Run run = run(Map.of("JAVA_HOME", "", "PATH", directory.toString()));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("piecewise: no java on PATH").hasLineCount(1);
    }

    @Test
    void laterJavasAreToldNotToWarn() throws Exception {
        java("25.0.1");
        assertThat(run(Map.of()).out()).contains("arg=--enable-native-access=ALL-UNNAMED\n");
    }

    private static final String FETCH =
            """
            #!/bin/sh
            for arg; do echo "arg=$arg"; done >"$0.args"
            [ -z "${FIRST_LINE_IS_MINE:-}" ] || read -r line
            if [ -n "${HANGS:-}" ]; then
                trap 'echo ended >"$0.ended"; kill $sleep; exit 143' TERM
                sleep 60 &
                sleep=$!
                echo begun >&2
                wait
            fi
            exit ${CODE:-0}
            """;

    private void javaThatFetches() throws IOException {
        Files.writeString(directory.resolve("jdk/bin/java"), FETCH);
    }

    @Test
    void execBecomesTheCommandWithItsArgumentsItsEnvironmentAndItsExitCode() throws Exception {
        javaThatFetches();
        String command = "echo \"$# $1 $2 ${LC_ALL:-} ${MALLOC_ARENA_MAX:-}\"; exit 7";
        Run run = run(Map.of(), "exec", "-f", "a file", "--quiet", "--", "sh", "-c", command, "sh", "x y", "--");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(7);
        assertThat(run.out()).isEqualTo("2 x y --  \n");
        assertThat(Files.readString(directory.resolve("jdk/bin/java.args")))
                .contains("arg=-Dpiecewise.command=true\n")
                .endsWith("arg=exec\narg=-f\narg=a file\narg=--quiet\n");
    }

    @Test
    void execRunsNothingIfTheFetchFailed() throws Exception {
        javaThatFetches();
        Run run = run(Map.of("CODE", "3"), "exec", "-f", "x", "--", "echo", "never");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void execWithoutACommandIsForJavaToRefuse() throws Exception {
        assertThat(run(Map.of(), "exec", "-f", "x", "--").out())
                .contains("arg=-Dpiecewise.command=false\n")
                .endsWith("arg=exec\narg=-f\narg=x\narg=--\n");
    }

    @Test
    void theCommandReadsWhatTheFetchLeftOfStandardInput() throws Exception {
        javaThatFetches();
        Path in = Files.writeString(directory.resolve("in"), "for the fetch\nfor the command\n");
        Process process = script(Map.of("FIRST_LINE_IS_MINE", "yes"), "exec", "-f", "-", "--", "cat")
                .redirectInput(in.toFile())
                .start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("for the command\n");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aSignalToTheCommandIsItsOwn() throws Exception {
        javaThatFetches();
        Process process = script(Map.of(), "exec", "-f", "x", "--", "sh", "-c", "echo $$; exec sleep 60")
                .start();
        long pid = Long.parseLong(process.inputReader().readLine());
        assertThat(pid).isEqualTo(process.pid());
        process.toHandle().destroy();
        assertThat(process.waitFor()).isEqualTo(128 + 15);
    }

    @Test
    void aSignalDuringTheFetchEndsItAndThenTheScriptInTheSameWay() throws Exception {
        javaThatFetches();
        Process process = script(Map.of("HANGS", "yes"), "exec", "-f", "x", "--", "echo", "never")
                .start();
        assertThat(process.errorReader().readLine()).isEqualTo("begun");
        process.toHandle().destroy();
        assertThat(process.waitFor()).isEqualTo(128 + 15);
        assertThat(directory.resolve("jdk/bin/java.ended")).exists();
        assertThat(process.getInputStream().readAllBytes()).isEmpty();
    }
}
