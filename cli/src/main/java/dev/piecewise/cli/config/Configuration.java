package dev.piecewise.cli.config;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.tracker.ProfileConfig;
import dev.piecewise.tracker.artifact.OriginProfiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What the environment and the configuration file say: the environment comes before the file. */
public final class Configuration {
    /** The name of the file in each of the directories where it is looked for. */
    public static final String FILE_NAME = "piecewise.yaml";

    /** Names the file, where {@code --config} is not given. */
    public static final String VARIABLE = "PIECEWISE_CONFIG";

    /** In place of a file's name: no file is read. */
    public static final String NO_FILE = "none";

    private static final Pattern SEPARATOR = Pattern.compile("[,\\n]");

    private final Optional<Path> file;
    private final Map<Setting, ConfiguredValue> values;
    private final Profiles profiles;

    private Configuration(Optional<Path> file, Map<Setting, ConfiguredValue> values, Profiles profiles) {
        this.profiles = profiles;
        this.file = file;
        this.values = values;
    }

    /** Neither environment nor file. */
    public static Configuration empty() {
        return new Configuration(Optional.empty(), Map.of(), new Profiles());
    }

    /**
     * Reads the file that is named, or the first that is found, and the environment.
     *
     * @param named the file, or {@link #NO_FILE}
     * @param environment a variable's value, if it is set
     * @param directories where the file is looked for when none is named, in this order
     * @throws ProcessFault {@code USAGE} with all that is wrong, one problem a line
     */
    public static Configuration load(
            Optional<String> named, Function<String, Optional<String>> environment, List<Path> directories) {
        List<String> problems = new ArrayList<>();
        Optional<Path> file = find(named, environment, directories, problems);
        Map<Setting, ConfiguredValue> values = new LinkedHashMap<>();
        Optional<ConfigFile.Content> content = file.map(path -> ConfigFile.read(path, problems));
        content.ifPresent(said -> values.putAll(said.values()));
        for (Setting setting : Setting.ALL) {
            environment
                    .apply(setting.variable())
                    .ifPresent(text -> values.put(setting, variable(setting, text, problems)));
            if (setting.isTokenFile()
                    && environment.apply(Setting.TOKEN_VARIABLE).isPresent()) {
                values.put(setting, ConfiguredValue.secret(List.of(), "environment " + Setting.TOKEN_VARIABLE));
            }
        }
        if (!problems.isEmpty()) {
            throw new ProcessFault(Kind.USAGE, String.join("\n", problems));
        }
        return new Configuration(
                file, values, content.map(ConfigFile.Content::profiles).orElseGet(Profiles::new));
    }

    private static Optional<Path> find(
            Optional<String> named,
            Function<String, Optional<String>> environment,
            List<Path> directories,
            List<String> problems) {
        Optional<String> chosen = named.or(() -> environment.apply(VARIABLE));
        if (chosen.isEmpty()) {
            // A file that may exist but cannot be seen is read, and so reported.
            return directories.stream()
                    .map(directory -> directory.resolve(FILE_NAME))
                    .filter(path -> !Files.notExists(path))
                    .findFirst();
        }
        if (chosen.get().equals(NO_FILE)) {
            return Optional.empty();
        }
        Path path = Path.of(chosen.get());
        if (Files.notExists(path)) {
            problems.add((named.isPresent() ? "--config: " : VARIABLE + ": ") + "there is no file " + path
                    + "; 'piecewise config init' writes one, and 'none' stands for no file");
            return Optional.empty();
        }
        return Optional.of(path);
    }

    private static ConfiguredValue variable(Setting setting, String text, List<String> problems) {
        List<String> texts = setting.type().isList()
                ? SEPARATOR
                        .splitAsStream(text)
                        .map(String::strip)
                        .filter(each -> !each.isEmpty())
                        .toList()
                : List.of(text);
        for (String each : texts) {
            setting.type().problem(each).ifPresent(problem -> problems.add(setting.variable() + ": " + problem));
        }
        return ConfiguredValue.of(setting.type(), texts, "environment " + setting.variable());
    }

    /** The file that was read. */
    public Optional<Path> file() {
        return file;
    }

    /**
     * The options that a user would have written to say the same.
     *
     * @param command the command's word
     * @param has whether the command has such an option, and it was not written on the command line
     */
    public List<String> options(String command, Predicate<String> has) {
        List<String> options = new ArrayList<>();
        values.forEach((setting, value) -> {
            if (setting.section().commands().contains(command) && has.test(setting.option())) {
                value.texts().forEach(text -> options.add(option(setting, text)));
            }
        });
        options.removeIf(String::isEmpty);
        return options;
    }

    /** A flag is written or, when its default says so already, not; a flag that is on by default has an opposite. */
    private static String option(Setting setting, String text) {
        if (setting.type() != ValueType.FLAG) {
            return setting.option() + "=" + text;
        }
        boolean isDefault = setting.byDefault().equals(Optional.of(text));
        return isDefault
                ? ""
                : text.equals("true")
                        ? setting.option()
                        : "--no-" + setting.option().substring(2);
    }

    /** The profiles that the file describes. */
    public List<ProfileConfig> profiles() {
        return profiles.configs();
    }

    /** Every setting with its value and where that comes from, then every key of each profile. */
    public List<Effective> effective() {
        List<Effective> all = new ArrayList<>();
        for (Setting setting : Setting.ALL) {
            all.add(effective(
                    setting.key(),
                    Optional.ofNullable(values.get(setting)),
                    setting.byDefault().isPresent(),
                    setting.otherwise()));
        }
        for (String name : profiles.names()) {
            for (ProfileKey key : ProfileKey.values()) {
                // What the default profile may read is said elsewhere.
                if (key != ProfileKey.ALLOW || !name.equals(OriginProfiles.DEFAULT)) {
                    String path = Profiles.SECTION + "." + name + "." + key.word();
                    all.add(effective(path, profiles.value(name, key), key.hasDefault(), key.otherwise()));
                }
            }
        }
        return all;
    }

    private static Effective effective(
            String key, Optional<ConfiguredValue> value, boolean defaultIsValue, String otherwise) {
        return value.map(said -> new Effective(key, said.shown(), said.source()))
                .orElseGet(() -> new Effective(key, defaultIsValue ? otherwise : "(" + otherwise + ")", "default"));
    }

    /**
     * A setting as it is in force, unless a command line says otherwise.
     *
     * @param value for people; secrets as {@code ***}, a default that cannot be written in parentheses
     */
    public record Effective(String key, String value, String source) {}
}
