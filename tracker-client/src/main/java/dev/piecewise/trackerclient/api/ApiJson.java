package dev.piecewise.trackerclient.api;

import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Records of this package to JSON and back, the same way on both sides. */
public final class ApiJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private ApiJson() {}

    /** UTF-8 JSON. */
    public static byte[] write(Object record) {
        return MAPPER.writeValueAsBytes(record);
    }

    /** @throws PeerFault of kind USAGE if these bytes are not such a record */
    public static <T> T read(byte[] json, Class<T> type) {
        T value;
        try {
            value = MAPPER.readValue(json, type);
        } catch (JacksonException e) {
            throw new PeerFault(
                    Kind.USAGE,
                    "the body is not the JSON of " + type.getSimpleName() + ": " + e.getOriginalMessage(),
                    e);
        }
        if (value == null) {
            throw new PeerFault(Kind.USAGE, "the body is null and not the JSON of " + type.getSimpleName());
        }
        return value;
    }
}
