package dev.piecewise.trackerclient.api;

import java.util.List;

/** {@code GET /v1/profiles}: by which profiles this tracker can be asked; their names only. */
public record ProfileList(List<String> profiles) {}
