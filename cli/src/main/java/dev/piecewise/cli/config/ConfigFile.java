package dev.piecewise.cli.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads a configuration file (YAML 1.2) and checks all of it: every problem is one line {@code FILE:LINE: what is wrong}. A key
 * without a value is not set. Values are taken as they are written, whatever YAML would make of them.
 */
final class ConfigFile {
    private static final int MAX_BYTES = 1 << 20;

    private final Path file;
    private final List<String> problems;
    private final Map<Setting, ConfiguredValue> values = new LinkedHashMap<>();
    private final Profiles profiles = new Profiles();

    private ConfigFile(Path file, List<String> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** What a file says. */
    record Content(Map<Setting, ConfiguredValue> values, Profiles profiles) {}

    /** What the file says; what is wrong with it is added to {@code problems}. */
    static Content read(Path file, List<String> problems) {
        ConfigFile reading = new ConfigFile(file, problems);
        reading.read();
        return new Content(reading.values, reading.profiles);
    }

    private void read() {
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add(file + ": is no configuration: it has more than " + MAX_BYTES + " bytes");
                return;
            }
            LoadSettings settings = LoadSettings.builder().build();
            Optional<Node> root = new Compose(settings).composeString(Files.readString(file));
            root.filter(node -> !isUnset(node)).ifPresent(this::sections);
        } catch (CharacterCodingException e) {
            problems.add(file + ": is not UTF-8 text");
        } catch (IOException e) {
            problems.add(file + ": cannot be read (" + e.getClass().getSimpleName()
                    + "); make it readable, or name another file by --config, or 'none'");
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
            problems.add(file + ":" + line + ": is not YAML here: " + e.getProblem());
        } catch (YamlEngineException e) {
            problems.add(file + ": is not YAML: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private void sections(Node root) {
        for (NodeTuple entry : entries(root, "the file must consist of sections, for example 'peer:'", "")) {
            String word = word(entry);
            Optional<Section> section = Section.of(word);
            if (word.equals(Profiles.SECTION)) {
                profiles(entry.getValueNode());
            } else if (section.isEmpty()) {
                unknown(
                        entry,
                        word,
                        Stream.concat(Stream.of(Section.values()).map(Section::word), Stream.of(Profiles.SECTION))
                                .toList());
            } else if (!isUnset(entry.getValueNode())) {
                settings(section.get(), entry.getValueNode());
            }
        }
    }

    private void settings(Section section, Node node) {
        List<Setting> known = Setting.ALL.stream()
                .filter(setting -> setting.section() == section)
                .toList();
        String shape = "'" + section.word() + "' is a section: write its keys below it, indented";
        for (NodeTuple entry : entries(node, shape, section.word() + ".")) {
            String word = word(entry);
            Optional<Setting> setting =
                    known.stream().filter(each -> each.name().equals(word)).findFirst();
            if (setting.isEmpty()) {
                unknown(
                        entry,
                        section.word() + "." + word,
                        known.stream().map(Setting::key).toList());
            } else {
                value(setting.get().key(), setting.get().type(), entry.getValueNode())
                        .ifPresent(value -> values.put(setting.get(), value));
            }
        }
    }

    private void profiles(Node node) {
        if (isUnset(node)) {
            return;
        }
        String shape = "'" + Profiles.SECTION + "' is a section: write the names of profiles below it, indented";
        for (NodeTuple entry : entries(node, shape, Profiles.SECTION + ".")) {
            String name = word(entry);
            if (!Profiles.isName(name)) {
                problem(
                        entry.getKeyNode(),
                        "'" + name + "' is no name of a profile: letters, digits, '-', '_' and '.'");
            } else {
                profile(name, entry.getKeyNode(), entry.getValueNode());
            }
        }
    }

    private void profile(String name, Node key, Node node) {
        Map<ProfileKey, ConfiguredValue> said = new EnumMap<>(ProfileKey.class);
        String path = Profiles.SECTION + "." + name + ".";
        String shape = "'" + Profiles.SECTION + "." + name + "' is a section: write its keys below it, indented";
        int before = problems.size();
        for (NodeTuple entry : isUnset(node) ? List.<NodeTuple>of() : entries(node, shape, path)) {
            Optional<ProfileKey> known = ProfileKey.of(word(entry));
            if (known.isEmpty()) {
                unknown(
                        entry,
                        path + word(entry),
                        Stream.of(ProfileKey.values())
                                .map(each -> path + each.word())
                                .toList());
            } else {
                value(path + word(entry), known.get().type(), entry.getValueNode())
                        .ifPresent(value -> said.put(known.get(), value));
            }
        }
        if (problems.size() == before) {
            Profiles.contradictions(name, said).forEach(text -> problem(key, text));
        }
        profiles.add(name, said);
    }

    /** Nothing if it is not set, or wrong. */
    private Optional<ConfiguredValue> value(String key, ValueType type, Node node) {
        if (isUnset(node)) {
            return Optional.empty();
        }
        List<Node> nodes = node instanceof SequenceNode list && type.isList() ? list.getValue() : List.of(node);
        List<String> texts = new ArrayList<>();
        int before = problems.size();
        for (Node each : nodes) {
            if (!(each instanceof ScalarNode scalar)) {
                problem(each, key + " takes " + (type.isList() ? "texts" : "one value") + " only");
                continue;
            }
            Optional<String> problem = type.problem(scalar.getValue());
            problem.ifPresent(text -> problem(each, key + ": " + text));
            if (problem.isEmpty()) {
                texts.add(type.below(directory(), scalar.getValue()));
            }
        }
        return problems.size() > before ? Optional.empty() : Optional.of(ConfiguredValue.of(type, texts, at(node)));
    }

    private Path directory() {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    /** The entries of a mapping, without those whose key stood there before. */
    private List<NodeTuple> entries(Node node, String shape, String path) {
        if (!(node instanceof MappingNode mapping)) {
            problem(node, shape);
            return List.of();
        }
        Set<String> seen = new HashSet<>();
        List<NodeTuple> entries = new ArrayList<>();
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode)) {
                problem(entry.getKeyNode(), "a key must be a word");
            } else if (!seen.add(word(entry))) {
                problem(entry.getKeyNode(), "'" + path + word(entry) + "' stands here twice");
            } else {
                entries.add(entry);
            }
        }
        return entries;
    }

    private void unknown(NodeTuple entry, String key, List<String> siblings) {
        problem(
                entry.getKeyNode(),
                "unknown key '" + key + "'; "
                        + NearMiss.of(key, siblings)
                                .map(guess -> "did you mean '" + guess + "'?")
                                .orElse("there are " + String.join(", ", siblings)));
    }

    private static boolean isUnset(Node node) {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    private static String word(NodeTuple entry) {
        return entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private void problem(Node node, String text) {
        problems.add(at(node) + ": " + text);
    }

    private String at(Node node) {
        return file + ":" + (node.getStartMark().map(Mark::getLine).orElse(0) + 1);
    }
}
