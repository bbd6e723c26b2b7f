package dev.piecewise.trackerclient.api;

/**
 * {@code POST /v1/nodes/N/artifacts}: a node asks that an artifact exist, as by {@code POST /v1/artifacts}, and enters its swarm.
 *
 * @param artifact what it asks for
 * @param port where it answers the peers of all its swarms
 */
public record EntryRequest(ArtifactRequest artifact, int port) {}
