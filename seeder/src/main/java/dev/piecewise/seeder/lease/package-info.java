/** Reading origins under leases: each granted run of pieces is streamed, hashed while it is written, reported, held. */
@NullMarked
package dev.piecewise.seeder.lease;

import org.jspecify.annotations.NullMarked;
