/** Leases: grants, fences and their deadlines. */
@NullMarked
package dev.piecewise.tracker.lease;

import org.jspecify.annotations.NullMarked;
