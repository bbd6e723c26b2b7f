package dev.piecewise.trackerclient.api;

import java.util.List;

/**
 * The answer to a {@link HoldingsReport}.
 *
 * @param nextSeconds the node is to gather changes for so long before it reports again; artifacts that it takes up or gives up may be
 *     told at once
 * @param unknown artifacts of the report that the tracker does not know, hexadecimal; all others are taken
 */
public record HoldingsTaken(double nextSeconds, List<String> unknown) {}
