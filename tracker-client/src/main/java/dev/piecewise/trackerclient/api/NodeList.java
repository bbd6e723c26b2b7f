package dev.piecewise.trackerclient.api;

import java.util.List;

/** {@code GET /v1/nodes}: the live processes, in order of their first registration. */
public record NodeList(List<NodeStatus> nodes) {}
