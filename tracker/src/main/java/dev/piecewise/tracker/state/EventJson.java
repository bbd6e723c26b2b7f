package dev.piecewise.tracker.state;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An event as one line of JSON: {@code {"is":"Granted","event":{...}}}. */
final class EventJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private static final Map<String, Class<?>> TYPES = Arrays.stream(Event.class.getPermittedSubclasses())
            .collect(Collectors.toMap(Class::getSimpleName, Function.identity()));

    private record Line(String is, Event event) {}

    private EventJson() {}

    /** With the line feed. */
    static byte[] line(Event event) {
        byte[] json = MAPPER.writeValueAsBytes(new Line(event.getClass().getSimpleName(), event));
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }

    /** @throws IllegalArgumentException if this is not the line of an event */
    static Event parse(String line) {
        try {
            JsonNode node = MAPPER.readTree(line);
            Class<?> type = TYPES.get(node.path("is").asString(""));
            if (type == null) {
                throw new IllegalArgumentException("no event");
            }
            return (Event) MAPPER.treeToValue(node.path("event"), type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}
