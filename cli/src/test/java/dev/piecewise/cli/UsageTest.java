package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "get s3://b/k dest --piece-size 17000 | get: --piece-size: piece size 17000 bytes is not a multiple of 16 KiB",
                "get s3://b/k dest --piece-size big | get: --piece-size: 'big' is not a size",
                "get s3://b/k dest --linger soon | get: --linger: 'soon' is not a duration",
                "get s3://b/k dest --stall-timeout 5x | get: --stall-timeout: '5x' is not a duration",
                "get s3://b/k dest --listen nowhere | get: --listen: 'nowhere' is no address to listen on",
                "get s3://b/k dest --tracker host:7070 | get: --tracker: 'host:7070' is not an http URL",
                "get s3://b/k dest --token-file /no/such/file | get: cannot read the token file /no/such/file",
                "get s3://b/k dest --max-download 100 | get: --max-download: '100' is not a rate; write for example 100MiB/s",
                "node --max-upload 1kB/s | node: --max-upload: '1kB/s' is less than one block, 16KiB/s",
                "seeder --max-upload-per-torrent 100Mbps | seeder: --max-upload-per-torrent: '100Mbps' is not a rate",
                "node --max-download-per-torrent 0 | node: --max-download-per-torrent: '0' is not a rate",
                "node --upload-slots -1 | node: --upload-slots: -1 peers cannot be sent to; write 0 for no limit",
                "seeder --rack r1 | seeder: --zone, --rack: a rack stands in a zone: give the zone, too",
                "seeder --max-peers 0 | seeder: --max-peers: at least 1 peer is needed, not 0",
                "get b/k dest | get: URI: 'b/k' is not a URI",
                "get magnet:?dn=x dest | get: URI: this magnet link names no infohash",
                "get magnet:xt dest | get: URI: not a magnet link: it must start with magnet:?",
                "get s3://b/k | get: Missing required parameter: 'DEST'",
                "get | get: Missing required parameters: 'URI', 'DEST'",
                "get s3://b/k dest --pice-size 1MiB | get: unknown option '--pice-size', did you mean --piece-size?",
                "get s3://b/k dest --unpack=rar | get: --unpack: 'rar' is not a method of unpacking; write auto, tar, tar.gz or zip",
                "get s3://b/k dest --unpack rar | get: 'rar' is one argument too many",
                "get --unpack zip s3://b/k | get: Missing required parameter: 'DEST'",
                "get --unpack s3://b/k dest --unpack-max-size x | get: --unpack-max-size: 'x' is not a size",
                "get s3://b/k dest --unpack tar --unpack-max-ratio 0 | get: --unpack: limits of unpacking must be at least 1",
                "torrent s3://b/k -o x.torrent --piece-size 1 | torrent: --piece-size: piece size 1 bytes is not",
                "torrent s3://b/k | torrent: Missing required option: '--output=FILE'",
                "torrent s3://b/k -o / | torrent: / is a directory",
                "seeder --leases 0 | seeder: --leases: a seeder needs at least 1 lease at once, not 0",
                "seeder --leases many | seeder: Invalid value for option '--leases'",
                "seeder --origin-attempts 0 | seeder: --origin-attempts: an origin has to be asked at least once, not 0 times",
                "seeder --origin-max-backoff 100ms | seeder: --origin-max-backoff: the longest pause between attempts, 100 ms, is",
                "seeder --origin-connect-timeout 0 | seeder: --origin-connect-timeout: a timeout of 0 leaves no time",
                "seeder --origin-read-timeout 0 | seeder: --origin-read-timeout: a timeout of 0 leaves no time",
                "tracker --listen 7070 | tracker: --listen: '7070' is not HOST:PORT",
                "tracker --listen ::1:7070 | tracker: --listen: '::1:7070' is not HOST:PORT",
                "tracker --allow models | tracker: --allow: 'models/' is not a URI",
                "tracker --public-url tracker | tracker: --public-url: 'tracker' is not an http URL",
                "node --token-file /no/such/file | node: cannot read the token file /no/such/file",
                "demo --nodes 0 | demo: --nodes: a demo has 1 to 64 nodes, not 0",
                "demo --size huge | demo: --size: 'huge' is not a size",
                "cache | cache: Missing required parameter: 'ls|verify|rm|gc'",
                "cache clear | cache: Invalid value for positional parameter at index 0 (ls|verify|rm|gc)",
                "cache rm | cache: name what is to be removed: a URI or an id",
                "cache gc | cache: gc needs --keep SIZE",
                "cache gc s3://b/k --keep 1GiB | cache: gc chooses by itself",
                "cache ls --keep 1GiB | cache: --keep is for gc only",
                "cache verify --dry-run | cache: --dry-run is for rm and gc only",
                "get s3://b/k dest more | get: 'more' is one argument too many",
                "status not-an-id | status: 'not-an-id' is neither the beginning of an artifact's id (hexadecimal digits) nor a URI",
            })
    void aWrongCommandLineIsOneLineThatNamesTheOptionAndExitCode2(String example) {
        String[] parts = example.split(" \\| ", 2);
        CommandRun run = CommandRun.of(parts[0].split(" "));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).startsWith("piecewise " + parts[1]);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void anUnknownCommandIsNamed() {
        CommandRun run = CommandRun.of("fetch", "s3://b/k");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("piecewise: there is no command 'fetch'; see 'piecewise --help'\n");
    }

    @Test
    void withoutACommandTheHelpGoesToStandardError() {
        CommandRun run = CommandRun.of();
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("Usage: piecewise COMMAND");
    }

    @Test
    void anEnvironmentVariableIsNamedWhenItIsWrong() {
        CommandRun run = CommandRun.with(Map.of("PIECEWISE_TRACKER", "tracker"), "status");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("piecewise status: PIECEWISE_TRACKER: 'tracker' is not an http URL");
    }

    @Test
    void theTokenNeverAppearsInAMessage(@TempDir Path directory) {
        CommandRun run = CommandRun.with(
                Map.of("PIECEWISE_TOKEN", "sesame", "PIECEWISE_TRACKER", "http://127.0.0.1:1"),
                "status",
                "--verbose",
                directory.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).doesNotContain("sesame");
    }

    @Test
    void stackTracesAreForVerboseOnly() {
        List<String> quiet =
                CommandRun.of("status", "--tracker", "ftp://x").err().lines().toList();
        List<String> verbose = CommandRun.of("status", "--tracker", "ftp://x", "--verbose")
                .err()
                .lines()
                .toList();
        assertThat(quiet).hasSize(1);
        assertThat(verbose).startsWith(quiet.get(0)).hasSizeGreaterThan(3);
    }
}
