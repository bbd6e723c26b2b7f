package dev.piecewise.seeder.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.api.TokenRole;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Whether a token may read: the tracker knows, and its answer is remembered for a minute, by the token's digest. Thread-safe. */
final class ReadTokens {
    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    private static final int MAX_REMEMBERED = 1_000;
    private static final int RETRY_AFTER_SECONDS = 5;

    private final Tracker tracker;
    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private final Map<String, Verdict> verdicts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Verdict> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    private record Verdict(boolean mayRead, long untilNanos) {}

    ReadTokens(Tracker tracker, LongSupplier nanoTime) {
        this.tracker = tracker;
        this.nanoTime = nanoTime;
    }

    /**
     * Every role may read. Where the tracker asks for no tokens none is good: it would accept any.
     *
     * @throws Unavailable if the tracker has to be asked and is away
     */
    boolean mayRead(String token) throws Unavailable {
        String digest = digest(token);
        synchronized (this) {
            Verdict verdict = verdicts.get(digest);
            if (verdict != null && nanoTime.getAsLong() - verdict.untilNanos() < 0) {
                return verdict.mayRead();
            }
        }
        boolean mayRead;
        try {
            mayRead = tracker.role(token).map(TokenRole::tokensInForce).orElse(false);
        } catch (PiecewiseFault fault) {
            throw new Unavailable(RETRY_AFTER_SECONDS, "the tracker cannot be asked about a token");
        } catch (IllegalArgumentException e) {
            return false; // no header can hold it
        }
        synchronized (this) {
            verdicts.remove(digest);
            verdicts.put(digest, new Verdict(mayRead, nanoTime.getAsLong() + REMEMBERED.toNanos()));
        }
        return mayRead;
    }

    private static String digest(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
