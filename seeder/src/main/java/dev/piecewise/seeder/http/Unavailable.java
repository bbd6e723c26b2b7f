package dev.piecewise.seeder.http;

/** Not now, perhaps later: 503 with {@code Retry-After}. */
final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;
    private final int retryAfterSeconds;

    Unavailable(int retryAfterSeconds, String why) {
        super(why);
        this.retryAfterSeconds = retryAfterSeconds;
    }

    int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
