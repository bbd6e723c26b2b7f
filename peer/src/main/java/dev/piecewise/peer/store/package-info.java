/** The data directory: bytes of artifacts, which of their pieces are held, and what a restart may trust. */
@NullMarked
package dev.piecewise.peer.store;

import org.jspecify.annotations.NullMarked;
