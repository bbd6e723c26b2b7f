/** How close to the physical bound a file reaches all nodes of a rate-limited star. */
@NullMarked
package dev.piecewise.bench.bound;

import org.jspecify.annotations.NullMarked;
