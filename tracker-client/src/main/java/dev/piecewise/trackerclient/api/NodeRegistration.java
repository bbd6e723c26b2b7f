package dev.piecewise.trackerclient.api;

/**
 * {@code POST /v1/nodes}: a process says it is there. Registering again under the same id replaces the former entry; what the
 * node held and leased stays.
 *
 * @param nodeId chosen by the process, unique per process start
 * @param role {@code seeder}, {@code node} or {@code get}; a {@code seeder} reads for others: pieces it lacks are no reason
 *     to read a piece again that has lost its holders
 * @param takesLeases whether it wants to read origins
 * @param advertisedHost address that other peers can reach it at; empty means the request's source address
 */
public record NodeRegistration(String nodeId, String role, boolean takesLeases, String advertisedHost) {}
