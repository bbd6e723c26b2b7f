/** Artifacts from the first request to the published torrent; the one owner of their state and of all leases. */
@NullMarked
package dev.piecewise.tracker.artifact;

import org.jspecify.annotations.NullMarked;
