/** A tracker and a cluster of thousands of nodes that are nothing but their calls. */
@NullMarked
package dev.piecewise.bench.crowd;

import org.jspecify.annotations.NullMarked;
