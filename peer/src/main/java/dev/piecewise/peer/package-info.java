/** Ports of the store and of the BitTorrent engine; adapters live in the packages below. */
@NullMarked
package dev.piecewise.peer;

import org.jspecify.annotations.NullMarked;
