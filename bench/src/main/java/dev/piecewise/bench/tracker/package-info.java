/** What the tracker's announces and leases cost. */
@NullMarked
package dev.piecewise.bench.tracker;

import org.jspecify.annotations.NullMarked;
