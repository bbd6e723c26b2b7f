package dev.piecewise.trackerclient.api;

import dev.piecewise.core.Place;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/nodes}: a process says it is there. Registering again under the same id replaces the former entry; what the
 * node held and leased stays.
 *
 * @param nodeId chosen by the process, unique per process start
 * @param role {@code seeder}, {@code node} or {@code get}; a {@code seeder} reads for others: pieces it lacks are no reason
 *     to read a piece again that has lost its holders
 * @param ingest whether it wants to read origins
 * @param advertisedHost address that other peers can reach it at; empty means the request's source address
 * @param webSeed base URL, {@code http://HOST:PORT}, below which it serves torrents over HTTP (BEP 19), if it does; the host
 *     {@code 0.0.0.0} means the request's source address
 * @param place where the process stands, if it is labelled
 */
public record NodeRegistration(
        String nodeId,
        String role,
        Ingest ingest,
        String advertisedHost,
        @Nullable String webSeed,
        @Nullable Place place) {
    /** Of a process without labels. */
    public NodeRegistration(
            String nodeId, String role, Ingest ingest, String advertisedHost, @Nullable String webSeed) {
        this(nodeId, role, ingest, advertisedHost, webSeed, null);
    }

    /** Of a process that serves no web seed, either, and reads for everybody or not at all. */
    public NodeRegistration(String nodeId, String role, boolean takesLeases, String advertisedHost) {
        this(nodeId, role, takesLeases ? Ingest.ONLY : Ingest.NEVER, advertisedHost, null);
    }
}
