package dev.piecewise.trackerclient.api;

import dev.piecewise.core.Place;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One live process of {@link NodeList}.
 *
 * @param nodeId new with every start of a process
 * @param role {@code seeder}, {@code node} or {@code get}
 * @param host at which it wants to be reached; {@code null} if it advertises none
 * @param place where it stands, if it is labelled
 * @param takesLeases whether it reads origins
 * @param webSeed base URL below which it serves torrents over HTTP, if it does
 * @param heardSecondsAgo since it registered or its last heartbeat
 * @param report what it said of itself last; {@code null} before its first heartbeat
 * @param leases those that it holds now
 * @param artifacts in which it takes part
 */
public record NodeStatus(
        String nodeId,
        String role,
        @Nullable String host,
        @Nullable Place place,
        boolean takesLeases,
        @Nullable String webSeed,
        double heardSecondsAgo,
        @Nullable NodeReport report,
        Leases leases,
        List<Part> artifacts) {
    /**
     * @param count how many
     * @param pieces in all of them together
     */
    public record Leases(int count, int pieces) {}

    /**
     * Its part in one artifact.
     *
     * @param artifactId hexadecimal
     * @param uri as it was asked for
     * @param piecesHeld pieces that are here, verified
     * @param pieceCount the artifact's
     * @param transfer what it said of it last; {@code null} if nothing
     */
    public record Part(
            String artifactId, String uri, int piecesHeld, int pieceCount, @Nullable TransferReport transfer) {}
}
