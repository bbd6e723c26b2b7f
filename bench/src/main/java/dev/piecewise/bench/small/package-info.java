/** A small artifact to many nodes: what counts is how often somebody waits for somebody else. */
@NullMarked
package dev.piecewise.bench.small;

import org.jspecify.annotations.NullMarked;
