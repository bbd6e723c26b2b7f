package dev.piecewise.tracker.http;

import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.tracker.artifact.Refused;
import dev.piecewise.trackerclient.api.ApiError;
import dev.piecewise.trackerclient.api.ApiJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One HTTP answer. */
final class Answer {
    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);
    private static final String JSON = "application/json";

    final int status;
    final Map<String, String> headers;
    final byte[] body;

    /** Runs if the answer could not be sent. */
    final Runnable undelivered;

    private Answer(int status, Map<String, String> headers, byte[] body, Runnable undelivered) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.undelivered = undelivered;
    }

    static Answer of(String contentType, byte[] body) {
        return new Answer(200, Map.of("Content-Type", contentType), body, () -> {});
    }

    static Answer text(String text) {
        return of("text/plain;charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    static Answer json(Object record) {
        return of(JSON, ApiJson.write(record));
    }

    static Answer json(Object record, Runnable undelivered) {
        return new Answer(200, Map.of("Content-Type", JSON), ApiJson.write(record), undelivered);
    }

    static Answer nothing() {
        return new Answer(204, Map.of(), new byte[0], () -> {});
    }

    static Answer error(int status, String kind, String message) {
        return error(status, kind, message, Map.of());
    }

    static Answer unauthorized() {
        return error(
                401,
                ApiError.UNAUTHORIZED,
                "this tracker needs a token; pass --token-file or set PIECEWISE_TOKEN",
                Map.of("WWW-Authenticate", "Bearer"));
    }

    /** 503: ask again soon. */
    static Answer retryLater(String message) {
        return error(503, Kind.STALLED.name(), message, Map.of("Retry-After", "1"));
    }

    private static Answer error(int status, String kind, String message, Map<String, String> more) {
        Map<String, String> headers = new java.util.TreeMap<>(more);
        headers.put("Content-Type", JSON);
        return new Answer(status, headers, ApiJson.write(new ApiError(kind, message)), () -> {});
    }

    /** What a failed request is told; only what is nobody's fault but ours goes to the log. */
    static Answer failure(Throwable thrown, String what) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure instanceof Refused refused) {
            return switch (refused.reason()) {
                case STALE_FENCE -> error(409, ApiError.STALE_FENCE, message(refused));
                case HASH_MISMATCH -> error(409, ApiError.HASH_MISMATCH, message(refused));
                case UNKNOWN_NODE -> error(404, ApiError.UNKNOWN_NODE, message(refused));
                case TORRENT_DIFFERS -> error(409, Kind.FAILED.name(), message(refused));
                case NO_TORRENT -> error(409, Kind.USAGE.name(), message(refused));
            };
        }
        if (failure instanceof PiecewiseFault fault) {
            LOG.debug("{} failed", what, fault);
            return error(status(fault.kind()), fault.kind().name(), message(fault));
        }
        if (failure instanceof RejectedExecutionException) {
            return retryLater("the tracker is shutting down or too busy; try again");
        }
        LOG.warn("{} failed", what, failure);
        return error(500, Kind.FAILED.name(), "internal error of the tracker on " + what + "; its log says more");
    }

    private static String message(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }

    private static int status(Kind kind) {
        return switch (kind) {
            case USAGE -> 400;
            case NOT_FOUND -> 404;
            case DENIED -> 403;
            case STALLED -> 503;
            case FAILED -> 502;
        };
    }
}
