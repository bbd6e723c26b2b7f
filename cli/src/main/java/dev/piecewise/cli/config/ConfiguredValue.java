package dev.piecewise.cli.config;

import java.util.List;

/**
 * What the environment or the file says of a setting.
 *
 * @param texts one, or any number of a list
 * @param source where it stands, for people
 * @param visibility whether it may be printed
 */
record ConfiguredValue(List<String> texts, String source, Visibility visibility) {
    enum Visibility {
        PLAIN,
        SECRET
    }

    ConfiguredValue {
        texts = List.copyOf(texts);
    }

    /** A secret if its type is one, or if it is a URL with a password. */
    static ConfiguredValue of(ValueType type, List<String> texts, String source) {
        boolean secret = type == ValueType.SECRET
                || (type == ValueType.URL && texts.stream().anyMatch(text -> text.contains("@")));
        return secret ? secret(texts, source) : plain(texts, source);
    }

    static ConfiguredValue plain(List<String> texts, String source) {
        return new ConfiguredValue(texts, source, Visibility.PLAIN);
    }

    static ConfiguredValue secret(List<String> texts, String source) {
        return new ConfiguredValue(texts, source, Visibility.SECRET);
    }

    /** For people: the texts, or asterisks in place of a secret. */
    String shown() {
        return visibility == Visibility.SECRET ? "***" : texts.isEmpty() ? "none" : String.join(" ", texts);
    }

    @Override
    public String toString() {
        return shown();
    }
}
