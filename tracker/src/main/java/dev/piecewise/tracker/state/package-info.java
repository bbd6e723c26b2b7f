/** What survives a restart: an append-only journal, the tracker's secret, the lock on both. */
@NullMarked
package dev.piecewise.tracker.state;

import org.jspecify.annotations.NullMarked;
