package dev.piecewise.client;

import dev.piecewise.core.PieceLength;
import java.time.Duration;
import java.util.Optional;

/**
 * What holds for all requests that are carried out together.
 *
 * @param profile of requests that name none; absent: the tracker's default
 * @param pieceLength of requests that name none; absent joins what others chose
 * @param replace as in {@link FetchRequest}
 * @param verify as in {@link FetchRequest}
 * @param stallTimeout as in {@link FetchRequest}
 * @param parallel how many requests are carried out at a time; the others wait
 */
public record DownloadOptions(
        Optional<String> profile,
        Optional<PieceLength> pieceLength,
        boolean replace,
        boolean verify,
        Duration stallTimeout,
        int parallel) {
    private static final int PARALLEL = 64;

    /** @throws IllegalArgumentException with a message for the user if nothing could be carried out */
    public DownloadOptions {
        if (parallel < 1) {
            throw new IllegalArgumentException("at least 1 request must be carried out at a time, not " + parallel);
        }
    }

    /** The tracker's default profile, others' piece lengths, nothing replaced, stalled after 5 minutes, 64 at a time. */
    public static DownloadOptions defaults() {
        return new DownloadOptions(
                Optional.empty(), Optional.empty(), false, false, FetchRequest.STALL_TIMEOUT, PARALLEL);
    }

    public DownloadOptions withProfile(String name) {
        return new DownloadOptions(Optional.of(name), pieceLength, replace, verify, stallTimeout, parallel);
    }

    public DownloadOptions withPieceLength(PieceLength length) {
        return new DownloadOptions(profile, Optional.of(length), replace, verify, stallTimeout, parallel);
    }

    public DownloadOptions withReplace(boolean allowed) {
        return new DownloadOptions(profile, pieceLength, allowed, verify, stallTimeout, parallel);
    }

    public DownloadOptions withVerify(boolean wanted) {
        return new DownloadOptions(profile, pieceLength, replace, wanted, stallTimeout, parallel);
    }

    public DownloadOptions withStallTimeout(Duration timeout) {
        return new DownloadOptions(profile, pieceLength, replace, verify, timeout, parallel);
    }

    public DownloadOptions withParallel(int requests) {
        return new DownloadOptions(profile, pieceLength, replace, verify, stallTimeout, requests);
    }
}
