package dev.piecewise.seeder.lease;

import dev.piecewise.core.ByteRate;
import dev.piecewise.core.FileRoots;
import java.time.Duration;

/**
 * How a process reads origins.
 *
 * @param leases how many leases are worked on at once; each reads over one connection at a time
 * @param attempts so many in a row without a byte, then the lease is given back; 1 or more
 * @param firstPause after the first failed attempt; doubled after each further one, and up to half of it left out at random
 * @param longestPause never more than this between attempts, unless the server asks for more by {@code Retry-After}
 * @param connectTimeout until a connection stands
 * @param silence so long without a byte, head or body, and the attempt has failed
 * @param bytesPerSecond of all reads together, {@link ByteRate#UNLIMITED} for no limit
 * @param files directories below which {@code file://} is read
 */
public record OriginSettings(
        int leases,
        int attempts,
        Duration firstPause,
        Duration longestPause,
        Duration connectTimeout,
        Duration silence,
        long bytesPerSecond,
        FileRoots files) {
    private static final Duration BRIEF = Duration.ofSeconds(3);

    public OriginSettings {
        if (leases < 1) {
            throw new IllegalArgumentException("a seeder needs at least 1 lease at once, not " + leases);
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("an origin has to be asked at least once, not " + attempts + " times");
        }
        if (longestPause.compareTo(firstPause) < 0) {
            throw new IllegalArgumentException("the longest pause between attempts, " + longestPause.toMillis()
                    + " ms, is shorter than the first, " + firstPause.toMillis() + " ms");
        }
        if (connectTimeout.isZero() || silence.isZero()) {
            throw new IllegalArgumentException("a timeout of 0 leaves no time for an answer");
        }
    }

    /** 8 leases, 6 attempts, pauses of 200 ms to 5 s, 10 s to connect, 30 s of silence, no limit, no files. */
    public static OriginSettings defaults() {
        return new OriginSettings(
                8,
                6,
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                ByteRate.UNLIMITED,
                FileRoots.none());
    }

    public OriginSettings withLeases(int count) {
        return new OriginSettings(
                count, attempts, firstPause, longestPause, connectTimeout, silence, bytesPerSecond, files);
    }

    /** For a process for which others can stand in: two leases, two attempts, and 3 s to connect, if that is less. */
    public OriginSettings beside() {
        return new OriginSettings(
                Math.min(leases, 2),
                Math.min(attempts, 2),
                firstPause,
                longestPause,
                connectTimeout.compareTo(BRIEF) < 0 ? connectTimeout : BRIEF,
                silence,
                bytesPerSecond,
                files);
    }

    public OriginSettings withRetries(int count, Duration first, Duration longest) {
        return new OriginSettings(leases, count, first, longest, connectTimeout, silence, bytesPerSecond, files);
    }

    public OriginSettings withTimeouts(Duration connect, Duration quiet) {
        return new OriginSettings(leases, attempts, firstPause, longestPause, connect, quiet, bytesPerSecond, files);
    }

    public OriginSettings withRate(long bytes) {
        return new OriginSettings(leases, attempts, firstPause, longestPause, connectTimeout, silence, bytes, files);
    }

    public OriginSettings withFiles(FileRoots roots) {
        return new OriginSettings(
                leases, attempts, firstPause, longestPause, connectTimeout, silence, bytesPerSecond, roots);
    }
}
