/** A process's membership in a cluster: registration, heartbeats, holdings, swarms. */
@NullMarked
package dev.piecewise.seeder.cluster;

import org.jspecify.annotations.NullMarked;
