package dev.piecewise.trackerclient.api;

/**
 * {@code POST /v1/nodes/ID/leases}: asks for work; waits up to {@code waitSeconds} while there is none.
 *
 * @param maxLeases at most so many leases in the answer
 * @param waitSeconds at most 30
 */
public record LeaseRequest(int maxLeases, double waitSeconds) {}
