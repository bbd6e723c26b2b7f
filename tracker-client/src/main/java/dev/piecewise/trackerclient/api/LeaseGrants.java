package dev.piecewise.trackerclient.api;

import java.util.List;

/** Leases, possibly none. */
public record LeaseGrants(List<LeaseGrant> leases) {}
