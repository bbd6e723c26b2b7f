package dev.piecewise.trackerclient.api;

/**
 * {@code POST /v1/leases/ID/sign}: a fresh signature for the rest of a read that broke, or for a URL that failed.
 *
 * @param read index in the lease's original list of reads
 * @param firstByte first byte still wanted, within the object
 */
public record SignRequest(long fence, int read, long firstByte) {}
