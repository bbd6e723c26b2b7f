package dev.piecewise.trackerclient.api;

/**
 * {@code GET /v1/version?uri=...}: what stands at the origin now. Nothing is read, and no artifact comes to be.
 *
 * @param uri as asked for
 * @param version hexadecimal; equal for equal versions of the same URI, however they are cut into pieces
 * @param totalBytes sum of the sizes
 * @param fileCount how many objects
 */
public record ArtifactVersion(String uri, String version, long totalBytes, int fileCount) {}
