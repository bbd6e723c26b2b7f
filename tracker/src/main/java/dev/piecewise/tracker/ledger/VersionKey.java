package dev.piecewise.tracker.ledger;

/**
 * One object at one version, whatever artifacts it belongs to.
 *
 * @param endpoint the origin's endpoint
 * @param bucket its bucket
 * @param key its full key
 * @param version its ETag
 */
public record VersionKey(String endpoint, String bucket, String key, String version) {}
