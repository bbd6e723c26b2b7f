package dev.piecewise.trackerclient;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request to make.
 *
 * @param method HTTP's
 * @param path below the tracker's base, with query
 * @param body sent as JSON, bytes as they are
 * @param timeout for the whole answer
 * @param repeat what may be done when the connection fails
 */
record Call(String method, String path, @Nullable Object body, Duration timeout, Repeat repeat) {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    /** When a failed call may be made again. */
    enum Repeat {
        /** Whenever: making it twice is as good as once. */
        SAFE,
        /** Only if the tracker cannot have seen it. */
        UNSENT
    }

    static Call get(String path) {
        return new Call("GET", path, null, TIMEOUT, Repeat.SAFE);
    }

    static Call post(String path, Object body) {
        return new Call("POST", path, body, TIMEOUT, Repeat.SAFE);
    }

    /** That the tracker may take {@code wait} longer to answer. */
    Call waiting(Duration wait) {
        return new Call(method, path, body, TIMEOUT.plus(wait), repeat);
    }

    Call within(Duration limit) {
        return new Call(method, path, body, limit, repeat);
    }

    Call unlessSent() {
        return new Call(method, path, body, timeout, Repeat.UNSENT);
    }
}
