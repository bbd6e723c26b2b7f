package dev.piecewise.cli.demo;

import dev.piecewise.core.PieceLength;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a demo shows.
 *
 * @param nodes how many nodes ask at once, 1 or more
 * @param objectBytes size of the big object
 * @param pieceLength how everything is cut; absent for automatic
 * @param temporary an existing directory; the demo makes one of its own in it
 */
public record DemoPlan(int nodes, long objectBytes, Optional<PieceLength> pieceLength, Path temporary) {}
