package dev.piecewise.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Values as JSON text. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /** One line. */
    static String line(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** An event of {@code --json}: {@code {"event":NAME, ...}} in the order of {@code fields}. */
    static String event(String name, Map<String, ?> fields) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", name);
        event.putAll(fields);
        return line(event);
    }

    /** Indented, over several lines. */
    static String pretty(Object value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    }
}
