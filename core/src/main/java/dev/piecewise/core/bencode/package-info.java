/** Bencoding (BEP 3): values and their one canonical form. */
@NullMarked
package dev.piecewise.core.bencode;

import org.jspecify.annotations.NullMarked;
