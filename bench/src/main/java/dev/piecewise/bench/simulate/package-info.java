/** The classes that decide who gets what, in simulated time: far more nodes than a machine can hold. */
@NullMarked
package dev.piecewise.bench.simulate;

import org.jspecify.annotations.NullMarked;
