package dev.piecewise.trackerclient.api;

import java.util.List;

/**
 * {@code POST /v1/artifacts/ID/wanted}: somebody waits for these pieces. Those of them that nobody holds are leased next, read
 * again if need be; the wish lapses after half a minute, so who still waits repeats it.
 *
 * @param pieces indexes
 */
public record WantedPieces(List<Integer> pieces) {}
