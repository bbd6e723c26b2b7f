package dev.piecewise.cli.config;

import dev.piecewise.client.yaml.YamlNode;
import dev.piecewise.client.yaml.YamlSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads a configuration file and checks all of it, see {@link YamlSource}. A key without a value is not set. */
final class ConfigFile {
    private final Path file;
    private final YamlSource source;
    private final Map<Setting, ConfiguredValue> values = new LinkedHashMap<>();
    private final Profiles profiles = new Profiles();

    private ConfigFile(Path file) {
        this.file = file;
        this.source = new YamlSource(file.toString(), "configuration");
    }

    /** What a file says. */
    record Content(Map<Setting, ConfiguredValue> values, Profiles profiles) {}

    /** What the file says; what is wrong with it is added to {@code problems}. */
    static Content read(Path file, List<String> problems) {
        ConfigFile reading = new ConfigFile(file);
        reading.source.read(file).ifPresent(reading::sections);
        problems.addAll(reading.source.problems());
        return new Content(reading.values, reading.profiles);
    }

    private void sections(YamlNode root) {
        for (YamlNode.Entry entry : root.entries("the file must consist of sections, for example 'peer:'", "")) {
            Optional<Section> section = Section.of(entry.word());
            if (entry.word().equals(Profiles.SECTION)) {
                profiles(entry.value());
            } else if (section.isEmpty()) {
                unknown(
                        entry,
                        "",
                        Stream.concat(Stream.of(Section.values()).map(Section::word), Stream.of(Profiles.SECTION))
                                .toList());
            } else if (!entry.value().isUnset()) {
                settings(section.get(), entry.value());
            }
        }
    }

    private void settings(Section section, YamlNode node) {
        List<Setting> known = Setting.ALL.stream()
                .filter(setting -> setting.section() == section)
                .toList();
        String path = section.word() + ".";
        for (YamlNode.Entry entry : node.entries(section(section.word()), path)) {
            Optional<Setting> setting = known.stream()
                    .filter(each -> each.name().equals(entry.word()))
                    .findFirst();
            if (setting.isEmpty()) {
                unknown(entry, path, known.stream().map(Setting::key).toList());
            } else {
                value(setting.get().key(), setting.get().type(), entry.value())
                        .ifPresent(value -> values.put(setting.get(), value));
            }
        }
    }

    private static String section(String word) {
        return "'" + word + "' is a section: write its keys below it, indented";
    }

    private void profiles(YamlNode node) {
        if (node.isUnset()) {
            return;
        }
        String shape = "'" + Profiles.SECTION + "' is a section: write the names of profiles below it, indented";
        for (YamlNode.Entry entry : node.entries(shape, Profiles.SECTION + ".")) {
            if (!Profiles.isName(entry.word())) {
                entry.key()
                        .problem("'" + entry.word() + "' is no name of a profile: letters, digits, '-', '_' and '.'");
            } else {
                profile(entry);
            }
        }
    }

    private void profile(YamlNode.Entry profile) {
        Map<ProfileKey, ConfiguredValue> said = new EnumMap<>(ProfileKey.class);
        String path = Profiles.SECTION + "." + profile.word() + ".";
        int before = source.problemCount();
        List<YamlNode.Entry> entries = profile.value().isUnset()
                ? List.of()
                : profile.value().entries(section(Profiles.SECTION + "." + profile.word()), path);
        for (YamlNode.Entry entry : entries) {
            Optional<ProfileKey> known = ProfileKey.of(entry.word());
            if (known.isEmpty()) {
                unknown(
                        entry,
                        path,
                        Stream.of(ProfileKey.values())
                                .map(each -> path + each.word())
                                .toList());
            } else {
                value(path + entry.word(), known.get().type(), entry.value())
                        .ifPresent(value -> said.put(known.get(), value));
            }
        }
        if (source.problemCount() == before) {
            Profiles.contradictions(profile.word(), said).forEach(profile.key()::problem);
        }
        profiles.add(profile.word(), said);
    }

    /** Nothing if it is not set, or wrong. */
    private Optional<ConfiguredValue> value(String key, ValueType type, YamlNode node) {
        if (node.isUnset()) {
            return Optional.empty();
        }
        List<YamlNode> nodes = type.isList() ? node.elements() : List.of(node);
        List<String> texts = new ArrayList<>();
        int before = source.problemCount();
        for (YamlNode each : nodes) {
            Optional<String> text = each.text();
            if (text.isEmpty()) {
                each.problem(key + " takes " + (type.isList() ? "texts" : "one value") + " only");
                continue;
            }
            Optional<String> problem = type.problem(text.get());
            problem.ifPresent(what -> each.problem(key + ": " + what));
            if (problem.isEmpty()) {
                texts.add(type.below(directory(), text.get()));
            }
        }
        return source.problemCount() > before
                ? Optional.empty()
                : Optional.of(ConfiguredValue.of(type, texts, node.at()));
    }

    private Path directory() {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    private static void unknown(YamlNode.Entry entry, String path, List<String> siblings) {
        entry.unknown(path, siblings, Setting.ALL.stream().map(Setting::key).toList());
    }
}
