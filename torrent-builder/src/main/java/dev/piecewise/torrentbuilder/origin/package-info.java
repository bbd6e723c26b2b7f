/** The port through which object stores are seen: versions, signed reads, bytes. */
@NullMarked
package dev.piecewise.torrentbuilder.origin;

import org.jspecify.annotations.NullMarked;
