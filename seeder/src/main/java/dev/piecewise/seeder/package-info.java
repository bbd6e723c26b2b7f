/**
 * The seeder process: it reads origins under leases and seeds what it read. Also what every process of a cluster shares:
 * membership and its resources.
 */
@NullMarked
package dev.piecewise.seeder;

import org.jspecify.annotations.NullMarked;
