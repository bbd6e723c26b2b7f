package dev.piecewise.trackerclient.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/artifacts/ID/distribution}: how long the latest distribution took, how long it had to take, and what held it
 * up. A distribution is all fetches that overlap in time, each from the first ask on a node until it has every piece.
 *
 * <p>The bound T* is the term that binds or, where that is not known, the largest of the terms, each of which says how long it would
 * have taken if that alone had limited it. What is not known is said so and never guessed.
 *
 * @param id the artifact
 * @param totalBytes its size F
 * @param nodes that fetch or fetched in this distribution
 * @param complete of those, how many have every piece
 * @param left of those, how many left or gave up before
 * @param earlierNodes that fetched in earlier distributions
 * @param seconds T: from the first ask to the last completion, or until now; {@code null} if no node fetched
 * @param boundSeconds T*; {@code null} if no term is known
 * @param ratio T/T*
 * @param binds {@code origin}, {@code seeder}, {@code node link}, {@code disk}, {@code cpu} or {@link #UNKNOWN}
 * @param why one sentence
 * @param terms of T*, the largest first, then those not known
 * @param medianSeconds of those that are complete
 * @param stragglers how many took, or have been fetching, half as long again as the median
 * @param fromPlaces what its nodes received from peers, by how far away those were; {@code null} if none of them is labelled
 * @param parts the nodes, stragglers and then the slowest first, at most {@link #MOST_PARTS}; then seeders
 */
public record Distribution(
        String id,
        long totalBytes,
        int nodes,
        int complete,
        int left,
        int earlierNodes,
        @Nullable Double seconds,
        @Nullable Double boundSeconds,
        @Nullable Double ratio,
        String binds,
        String why,
        List<Term> terms,
        @Nullable Double medianSeconds,
        int stragglers,
        TransferReport.@Nullable FromPlaces fromPlaces,
        List<Part> parts,
        Waste waste) {
    /** How many parts are listed at most. */
    public static final int MOST_PARTS = 50;

    /** What cannot be told. */
    public static final String UNKNOWN = "unknown";

    /**
     * One limit.
     *
     * @param limit {@code origin}, {@code seeder}, {@code node link}, {@code disk} or {@code cpu}
     * @param seconds how long it would have taken by this limit alone; {@code null} if that is not known
     * @param bytesPerSecond the rate behind it, where there is one
     * @param basis {@code limit} (the user set it), {@code link} (the system says so), {@code seen} (the best that was seen: it
     *     may be able to do more), {@code measured} (time that was spent so) or {@code unknown}
     * @param share for disk and CPU, how busy it was, 0 to 1
     * @param nodeId whose, if it is one node's
     * @param text for people
     */
    public record Term(
            String limit,
            @Nullable Double seconds,
            @Nullable Long bytesPerSecond,
            String basis,
            @Nullable Double share,
            @Nullable String nodeId,
            String text) {}

    /**
     * One process.
     *
     * @param role {@code seeder}, {@code node} or {@code get}
     * @param host as it is advertised, if it is
     * @param state {@code complete}, {@code fetching}, {@code left}, or {@code seeding} of one that was not asked
     * @param askedSeconds after the first ask of all
     * @param seconds that it took, or has been fetching
     * @param originBytes that it read from the origin under leases
     * @param straggler whether it was much slower than the others
     * @param limit of its own: {@code node link}, {@code disk}, {@code cpu} or {@link Distribution#UNKNOWN}
     * @param report what it said last
     */
    public record Part(
            String nodeId,
            String role,
            @Nullable String host,
            String state,
            @Nullable Double askedSeconds,
            @Nullable Double seconds,
            long originBytes,
            boolean straggler,
            String limit,
            TransferReport report) {}

    /**
     * Bytes that moved in vain.
     *
     * @param duplicateBytes that nodes of this distribution got from peers twice
     * @param refusedBytes of pieces from peers that did not match their hash
     * @param originWastedBytes read from the origin under leases that died, ever
     * @param originRereadBytes read from the origin again as all holders had died, ever
     */
    public record Waste(long duplicateBytes, long refusedBytes, long originWastedBytes, long originRereadBytes) {}
}
