/** The ruler: what all measurements share. Each measurement has a package of its own below. */
@NullMarked
package dev.piecewise.bench;

import org.jspecify.annotations.NullMarked;
