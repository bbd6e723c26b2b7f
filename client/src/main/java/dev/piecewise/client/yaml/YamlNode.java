package dev.piecewise.client.yaml;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** One value of a {@link YamlSource}, and where it stands. */
public final class YamlNode {
    private final YamlSource source;
    private final Node node;

    YamlNode(YamlSource source, Node node) {
        this.source = source;
        this.node = node;
    }

    /**
     * A key and its value.
     *
     * @param key where the key stands
     * @param word the key
     */
    public record Entry(YamlNode key, String word, YamlNode value) {
        /**
         * Says that there is no such key.
         *
         * @param path what stands before the key in messages, for example {@code peer.}
         * @param siblings the keys that could stand here, with their paths
         * @param all the keys that there are anywhere, for a better guess
         */
        public void unknown(String path, List<String> siblings, List<String> all) {
            key.problem("unknown key '" + path + word + "'; "
                    + NearMiss.of(path + word, siblings, all)
                            .map(guess -> "did you mean '" + guess + "'?")
                            .orElse("there are " + String.join(", ", siblings)));
        }
    }

    /** Whether nothing is said: a key without a value. */
    public boolean isUnset() {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    /** Whether it is a list, possibly empty. */
    public boolean isList() {
        return node instanceof SequenceNode;
    }

    /** The text as it is written, if this is one value. */
    public Optional<String> text() {
        return node instanceof ScalarNode scalar ? Optional.of(scalar.getValue()) : Optional.empty();
    }

    /** The elements of a list; of anything else, itself. */
    public List<YamlNode> elements() {
        return node instanceof SequenceNode list
                ? list.getValue().stream()
                        .map(each -> new YamlNode(source, each))
                        .toList()
                : List.of(this);
    }

    /**
     * The entries of a mapping, without those whose key stood there before.
     *
     * @param shape the problem if this is no mapping
     * @param path what stands before its keys in messages
     */
    public List<Entry> entries(String shape, String path) {
        if (!(node instanceof MappingNode mapping)) {
            problem(shape);
            return List.of();
        }
        Set<String> seen = new HashSet<>();
        List<Entry> entries = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
            YamlNode key = new YamlNode(source, tuple.getKeyNode());
            if (key.text().isEmpty()) {
                key.problem("a key must be a word");
            } else if (!seen.add(key.text().get())) {
                key.problem("'" + path + key.text().get() + "' stands here twice");
            } else {
                entries.add(new Entry(key, key.text().get(), new YamlNode(source, tuple.getValueNode())));
            }
        }
        return entries;
    }

    /** Adds a problem of this value. */
    public void problem(String text) {
        source.problem(line(), text);
    }

    /** Where it begins: {@code NAME:LINE}. */
    public String at() {
        return source.at(line());
    }

    private int line() {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
