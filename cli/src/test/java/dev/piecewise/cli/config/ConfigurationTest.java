package dev.piecewise.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.torrentbuilder.s3.S3Profile;
import dev.piecewise.torrentbuilder.s3.S3Profile.Credentials;
import dev.piecewise.tracker.ProfileConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationTest {
    @TempDir
    Path directory = Path.of("");

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve(Configuration.FILE_NAME), text);
    }

    private Configuration load(Map<String, String> environment) {
        return Configuration.load(
                Optional.empty(), name -> Optional.ofNullable(environment.get(name)), List.of(directory));
    }

    private List<String> problems(Map<String, String> environment) {
        ProcessFault fault = catchThrowableOfType(ProcessFault.class, () -> load(environment));
        assertThat(fault.kind()).isEqualTo(Kind.USAGE);
        return String.valueOf(fault.getMessage())
                .replace(directory.resolve(Configuration.FILE_NAME).toString(), "FILE")
                .lines()
                .toList();
    }

    private static String shown(Configuration configuration, String key) {
        return configuration.effective().stream()
                .filter(setting -> setting.key().equals(key))
                .map(setting -> setting.value() + " from " + setting.source())
                .findFirst()
                .orElse("no such key");
    }

    @Test
    void theEnvironmentComesBeforeTheFileAndTheFileBeforeTheDefault() throws IOException {
        Path file = file("get:\n  linger: 3m\nrequest:\n  stall-timeout: 4m\n");
        Configuration configuration = load(Map.of("PIECEWISE_GET_LINGER", "2m"));
        assertThat(shown(configuration, "get.linger")).isEqualTo("2m from environment PIECEWISE_GET_LINGER");
        assertThat(shown(configuration, "request.stall-timeout")).isEqualTo("4m from " + file + ":4");
        assertThat(shown(configuration, "request.piece-size")).isEqualTo("auto from default");
    }

    @Test
    void aCommandIsGivenTheOptionsItHasAndWhatItsCommandLineLeavesOpen() throws IOException {
        file(
                """
                connect: {tracker: "http://t:1"}
                get: {linger: 3m}
                seeder: {leases: 3}
                torrent: {private: false}
                tracker:
                  listen: 0.0.0.0:80
                  insecure: true
                  allow: [s3://a/, s3://b/]
                """);
        Configuration configuration = load(Map.of());
        assertThat(configuration.options("get", option -> true))
                .containsExactlyInAnyOrder("--tracker=http://t:1", "--linger=3m");
        assertThat(configuration.options("get", option -> !option.equals("--linger")))
                .containsExactly("--tracker=http://t:1");
        assertThat(configuration.options("torrent", option -> true))
                .containsExactlyInAnyOrder("--tracker=http://t:1", "--no-private");
        assertThat(configuration.options("tracker", option -> true))
                .containsExactlyInAnyOrder("--listen=0.0.0.0:80", "--insecure", "--allow=s3://a/", "--allow=s3://b/");
    }

    @Test
    void allProblemsAreReportedAtOnceWithTheirLinesAndNearMisses() throws IOException {
        file(
                """
                conect:
                  tracker: http://t:1
                peer:
                  lissten: 0.0.0.0:1
                  tracker: http://t:1
                  colour: green
                  data: [a, b]
                get:
                  linger: soon
                  linger: 1m
                seeder: 8
                tracker:
                  allow: [s3://a/, models]
                  insecure: yes
                """);
        assertThat(problems(Map.of("PIECEWISE_SEEDER_LEASES", "many")))
                .containsExactly(
                        "FILE:1: unknown key 'conect'; did you mean 'connect'?",
                        "FILE:4: unknown key 'peer.lissten'; did you mean 'peer.listen'?",
                        "FILE:5: unknown key 'peer.tracker'; did you mean 'connect.tracker'?",
                        "FILE:6: unknown key 'peer.colour'; there are "
                                + Setting.ALL.stream()
                                        .filter(setting -> setting.section() == Section.PEER)
                                        .map(Setting::key)
                                        .collect(Collectors.joining(", ")),
                        "FILE:7: peer.data takes one value only",
                        "FILE:9: get.linger: 'soon' is not a duration; write for example 30s, 10m or 2h",
                        "FILE:10: 'get.linger' stands here twice",
                        "FILE:11: 'seeder' is a section: write its keys below it, indented",
                        "FILE:13: tracker.allow: 'models/' is not a URI; write for example s3://bucket/key",
                        "FILE:14: tracker.insecure: 'yes' is neither true nor false",
                        "PIECEWISE_SEEDER_LEASES: 'many' is not a whole number");
    }

    @Test
    void whatIsNotYamlIsSaidWithItsLine() throws IOException {
        file("get:\n  linger: 3m\n tracker: [\n");
        assertThat(problems(Map.of())).singleElement().asString().startsWith("FILE:3: is not YAML here: ");
        Files.write(directory.resolve(Configuration.FILE_NAME), new byte[] {(byte) 0xff, (byte) 0xfe, 0x41});
        assertThat(problems(Map.of())).containsExactly("FILE: is not UTF-8 text");
        file("- a\n- b\n");
        assertThat(problems(Map.of()))
                .containsExactly("FILE:1: the file must consist of sections, for example 'peer:'");
    }

    @Test
    void anEmptyFileAndKeysWithoutValuesSayNothing() throws IOException {
        file("");
        assertThat(load(Map.of()).effective()).isEqualTo(Configuration.empty().effective());
        file("# nothing\nget:\npeer:\n  listen:\n");
        assertThat(load(Map.of()).effective()).isEqualTo(Configuration.empty().effective());
    }

    @Test
    void relativePathsAreRelativeToTheFile() throws IOException {
        file("connect:\n  token-file: token\nweb-seed:\n  directories: docs=d\n");
        Path parent = directory.toAbsolutePath();
        assertThat(load(Map.of()).options("node", option -> true))
                .containsExactlyInAnyOrder(
                        "--token-file=" + parent.resolve("token"), "--web-seed-dir=docs=" + parent.resolve("d"));
    }

    @Test
    void aTokenInTheEnvironmentHidesTokenFilesAndIsNeverShown() throws IOException {
        file("connect:\n  token-file: token\n");
        Configuration configuration = load(Map.of("PIECEWISE_TOKEN", "sesame"));
        assertThat(configuration.options("get", option -> true)).isEmpty();
        assertThat(shown(configuration, "connect.token-file")).isEqualTo("*** from environment PIECEWISE_TOKEN");
    }

    @Test
    void theFirstFileThatIsFoundCountsAlone() throws IOException {
        Path first = Files.createDirectories(directory.resolve("first"));
        Path second = Files.createDirectories(directory.resolve("second"));
        Files.writeString(second.resolve(Configuration.FILE_NAME), "get: {linger: 2m}\nseeder: {leases: 2}\n");
        List<Path> places = List.of(first, second);
        Configuration found = Configuration.load(Optional.empty(), name -> Optional.empty(), places);
        assertThat(shown(found, "get.linger")).startsWith("2m from ");
        Files.writeString(first.resolve(Configuration.FILE_NAME), "get: {linger: 1m}\n");
        found = Configuration.load(Optional.empty(), name -> Optional.empty(), places);
        assertThat(found.file()).contains(first.resolve(Configuration.FILE_NAME));
        assertThat(shown(found, "get.linger")).startsWith("1m from ");
        assertThat(shown(found, "seeder.leases")).isEqualTo("8 from default");
        found = Configuration.load(Optional.of("none"), name -> Optional.empty(), places);
        assertThat(found.file()).isEmpty();
    }

    @Test
    void aNamedFileThatIsMissingIsAnError() {
        for (Map<String, String> environment :
                List.of(Map.<String, String>of(), Map.of(Configuration.VARIABLE, "/no/such.yaml"))) {
            ProcessFault fault = catchThrowableOfType(
                    ProcessFault.class,
                    () -> Configuration.load(
                            environment.isEmpty() ? Optional.of("/no/such.yaml") : Optional.empty(),
                            name -> Optional.ofNullable(environment.get(name)),
                            List.of(directory)));
            assertThat(fault)
                    .hasMessageStartingWith(environment.isEmpty() ? "--config: " : "PIECEWISE_CONFIG: ")
                    .hasMessageContaining("there is no file /no/such.yaml");
        }
    }

    @Test
    void profilesAreReadByNameAndTheirSecretsAreNeverShown() throws IOException {
        file(
                """
                profiles:
                  archive:
                    endpoint: https://s3.example:9000/
                    region: eu-1
                    path-style: false
                    access-key-id: AKIA123
                    secret-access-key: hunter2
                    ca-file: ca.pem
                    proxy: http://user:password@proxy:3128
                    read-timeout: 7s
                    allow: s3://archive
                  web:
                    role-arn: arn:aws:iam::1:role/r
                    web-identity-token-file: /token
                """);
        Configuration configuration = load(Map.of());
        ProfileConfig archive = configuration.profiles().get(0);
        assertThat(archive.allow()).containsExactly(ArtifactUri.parse("s3://archive/"));
        assertThat(archive.s3())
                .isEqualTo(new S3Profile(
                        "archive",
                        Optional.of(URI.create("https://s3.example:9000")),
                        Optional.of("eu-1"),
                        Optional.of(false),
                        new Credentials.Keys("AKIA123", "hunter2", Optional.empty()),
                        Optional.of(directory.toAbsolutePath().resolve("ca.pem")),
                        Optional.of(URI.create("http://user:password@proxy:3128")),
                        S3Profile.CONNECT_TIMEOUT,
                        Duration.ofSeconds(7),
                        S3Profile.CALL_TIMEOUT));
        assertThat(configuration.profiles().get(1).s3().credentials())
                .isEqualTo(new Credentials.WebIdentity(Path.of("/token"), "arn:aws:iam::1:role/r"));
        assertThat(shown(configuration, "profiles.archive.secret-access-key")).startsWith("*** from ");
        assertThat(shown(configuration, "profiles.archive.proxy")).startsWith("*** from ");
        assertThat(shown(configuration, "profiles.archive.region")).startsWith("eu-1 from ");
        assertThat(shown(configuration, "profiles.web.call-timeout")).isEqualTo("60s from default");
        assertThat(configuration.effective().toString() + configuration.profiles())
                .doesNotContain("hunter2", "AKIA123");
    }

    @Test
    void profilesThatContradictThemselvesAreNamed() throws IOException {
        file(
                """
                profiles:
                  a: {acess-key-id: k}
                  b: {access-key-id: hunter2}
                  c: {shared-profile: x, access-key-id: k, secret-access-key: hunter2}
                  default: {allow: s3://b/}
                  e f: {}
                  g: {secret-access-key: [hunter2]}
                """);
        assertThat(problems(Map.of()))
                .containsExactly(
                        "FILE:2: unknown key 'profiles.a.acess-key-id'; did you mean 'profiles.a.access-key-id'?",
                        "FILE:3: profiles.b.access-key-id needs secret-access-key, too",
                        "FILE:4: profiles.c.shared-profile cannot stand beside access-key-id: choose one kind of credentials",
                        "FILE:5: profiles.default.allow of the default profile is tracker.allow (--allow); write it there",
                        "FILE:6: 'e f' is no name of a profile: letters, digits, '-', '_' and '.'",
                        "FILE:7: profiles.g.secret-access-key takes one value only");
    }

    @Test
    void listsOfTheEnvironmentAreSeparatedByCommas() {
        assertThat(load(Map.of("PIECEWISE_TRACKER_ALLOW", "s3://a/, s3://b/")).options("tracker", option -> true))
                .containsExactly("--allow=s3://a/", "--allow=s3://b/");
    }
}
