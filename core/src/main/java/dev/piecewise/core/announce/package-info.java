/** The HTTP announce of BEP 3, 7 and 23 as values and bytes, for both ends of it. */
@NullMarked
package dev.piecewise.core.announce;

import org.jspecify.annotations.NullMarked;
