package dev.piecewise.cli.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that a user can say once and for all: by an option, by an environment variable, in the file.
 *
 * <p>To add one: write the picocli option, with its description, where the command wants it, and add a line to {@link #ALL}. All
 * else follows: the environment variable, the file's key, its check with the line number, the sample and {@code config show}.
 *
 * @param name its key within the section
 * @param option the option of the section's commands
 * @param byDefault the default as it could be written, if it can be
 * @param otherwise the default in words where it cannot
 * @param variable the environment variable
 */
public record Setting(
        Section section,
        String name,
        String option,
        ValueType type,
        Optional<String> byDefault,
        String otherwise,
        String variable) {

    /** Every setting, in the order of the file. */
    public static final List<Setting> ALL = List.of(
            of(Section.CONNECT, "tracker", "--tracker", ValueType.URL)
                    .or("http://127.0.0.1:7070")
                    .from("PIECEWISE_TRACKER"),
            of(Section.CONNECT, "token-file", "--token-file", ValueType.PATH)
                    .orInWords("no token")
                    .from("PIECEWISE_TOKEN_FILE"),
            of(Section.REQUEST, "piece-size", "--piece-size", ValueType.PIECE_SIZE)
                    .or("auto"),
            of(Section.REQUEST, "stall-timeout", "--stall-timeout", ValueType.DURATION)
                    .or("5m"),
            of(Section.REQUEST, "profile", "--profile", ValueType.TEXT).or("default"),
            of(Section.GET, "linger", "--linger", ValueType.DURATION).or("0"),
            of(Section.GET, "unpack-max-size", "--unpack-max-size", ValueType.SIZE)
                    .or("1TiB"),
            of(Section.GET, "unpack-max-ratio", "--unpack-max-ratio", ValueType.COUNT)
                    .or("200"),
            of(Section.GET, "unpack-max-entries", "--unpack-max-entries", ValueType.COUNT)
                    .or("10000000"),
            of(Section.GET, "parallel", "--parallel", ValueType.COUNT).or("64"),
            of(Section.TORRENT, "private", "--private", ValueType.FLAG).or("true"),
            of(Section.PEER, "data", "--data", ValueType.PATH)
                    .orInWords("$XDG_CACHE_HOME/piecewise/ROLE or ~/.cache/piecewise/ROLE")
                    .from("PIECEWISE_DATA"),
            of(Section.PEER, "listen", "--listen", ValueType.ADDRESS).orInWords("0.0.0.0, port 6881 to 6899"),
            of(Section.PEER, "advertise", "--advertise", ValueType.TEXT).orInWords("the address the tracker sees"),
            of(Section.PEER, "max-upload", "--max-upload", ValueType.RATE).or("unlimited"),
            of(Section.PEER, "max-download", "--max-download", ValueType.RATE).or("unlimited"),
            of(Section.PEER, "max-upload-per-torrent", "--max-upload-per-torrent", ValueType.RATE)
                    .or("unlimited"),
            of(Section.PEER, "max-download-per-torrent", "--max-download-per-torrent", ValueType.RATE)
                    .or("unlimited"),
            of(Section.PEER, "max-downloads", "--max-downloads", ValueType.COUNT)
                    .or("0"),
            of(Section.PEER, "upload-slots", "--upload-slots", ValueType.COUNT).or("8"),
            of(Section.PEER, "max-peers", "--max-peers", ValueType.COUNT).or("55"),
            of(Section.PEER, "rehearse", "--rehearse", ValueType.FLAG).or("true"),
            of(Section.PEER, "zone", "--zone", ValueType.TEXT).orInWords("no label"),
            of(Section.PEER, "rack", "--rack", ValueType.TEXT).orInWords("no label"),
            of(Section.WEB_SEED, "listen", "--web-seed", ValueType.TEXT)
                    .orInWords("seeder: port 7080 to 7099; node: off"),
            of(Section.WEB_SEED, "wait", "--web-seed-wait", ValueType.DURATION).or("30s"),
            of(Section.WEB_SEED, "directories", "--web-seed-dir", ValueType.NAMED_DIRECTORIES)
                    .orInWords("none"),
            of(Section.WEB_SEED, "insecure", "--insecure", ValueType.FLAG).or("false"),
            of(Section.NODE, "ingest", "--ingest", ValueType.INGEST).or("auto"),
            of(Section.SEEDER, "leases", "--leases", ValueType.COUNT).or("8"),
            of(Section.SEEDER, "origin-attempts", "--origin-attempts", ValueType.COUNT)
                    .or("6"),
            of(Section.SEEDER, "origin-backoff", "--origin-backoff", ValueType.DURATION)
                    .or("200ms"),
            of(Section.SEEDER, "origin-max-backoff", "--origin-max-backoff", ValueType.DURATION)
                    .or("5s"),
            of(Section.SEEDER, "origin-connect-timeout", "--origin-connect-timeout", ValueType.DURATION)
                    .or("10s"),
            of(Section.SEEDER, "origin-read-timeout", "--origin-read-timeout", ValueType.DURATION)
                    .or("30s"),
            of(Section.SEEDER, "file-roots", "--file-root", ValueType.PATHS).orInWords("file:// is not read"),
            of(Section.TRACKER, "listen", "--listen", ValueType.ADDRESS).or("127.0.0.1:7070"),
            of(Section.TRACKER, "state", "--state", ValueType.PATH)
                    .orInWords("$XDG_STATE_HOME/piecewise/tracker or ~/.local/state/piecewise/tracker"),
            of(Section.TRACKER, "allow", "--allow", ValueType.ORIGINS).orInWords("nothing is served"),
            of(Section.TRACKER, "max-origin-reads", "--max-origin-reads", ValueType.COUNT)
                    .or("100"),
            of(Section.TRACKER, "max-origin-rate", "--max-origin-rate", ValueType.RATE)
                    .or("unlimited"),
            of(Section.TRACKER, "token-file", "--token-file", ValueType.PATH).orInWords("no tokens"),
            of(Section.TRACKER, "insecure", "--insecure", ValueType.FLAG).or("false"),
            of(Section.TRACKER, "rehearse", "--rehearse", ValueType.FLAG).or("true"),
            of(Section.TRACKER, "public-url", "--public-url", ValueType.URL)
                    .orInWords("the address that each caller asked"));

    /** Options that are no settings: they say what one call does, or how it speaks. */
    public static final List<String> OF_ONE_CALL = List.of(
            "--config",
            "--help",
            "--verbose",
            "--quiet",
            "--json",
            "--exit-with-stdin",
            "--replace",
            "--verify",
            "--keep",
            "--file",
            "--dry-run",
            "--unpack",
            "--output",
            "--offline",
            "--uri",
            "--no-web-seed",
            "--nodes",
            "--watch");

    /** The variable that holds a token itself; it hides both settings {@code token-file} of the environment and the file. */
    static final String TOKEN_VARIABLE = "PIECEWISE_TOKEN";

    private static Setting of(Section section, String name, String option, ValueType type) {
        String variable =
                "PIECEWISE_" + (section.word() + "_" + name).replace('-', '_').toUpperCase(Locale.ROOT);
        return new Setting(section, name, option, type, Optional.empty(), "", variable);
    }

    private Setting or(String text) {
        return new Setting(section, name, option, type, Optional.of(text), text, variable);
    }

    private Setting orInWords(String text) {
        return new Setting(section, name, option, type, Optional.empty(), text, variable);
    }

    private Setting from(String shortVariable) {
        return new Setting(section, name, option, type, byDefault, otherwise, shortVariable);
    }

    /** The setting that an option of a command stands for. */
    public static Optional<Setting> of(String command, String option) {
        return ALL.stream()
                .filter(setting -> setting.option.equals(option)
                        && setting.section.commands().contains(command))
                .findFirst();
    }

    /** Its place in the file, for example {@code peer.listen}. */
    public String key() {
        return section.word() + "." + name;
    }

    boolean isTokenFile() {
        return name.equals("token-file");
    }
}
