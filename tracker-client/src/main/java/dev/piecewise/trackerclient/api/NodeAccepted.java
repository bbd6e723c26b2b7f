package dev.piecewise.trackerclient.api;

/**
 * @param nodeId as registered
 * @param heartbeatSeconds how often to send {@code POST /v1/nodes/ID/heartbeat}
 * @param expirySeconds after so long without one, the node and its leases are dead
 */
public record NodeAccepted(String nodeId, double heartbeatSeconds, double expirySeconds) {}
