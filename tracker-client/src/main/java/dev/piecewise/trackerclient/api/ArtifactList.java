package dev.piecewise.trackerclient.api;

import java.util.List;

/** {@code GET /v1/artifacts}. */
public record ArtifactList(List<ArtifactStatus> artifacts) {}
