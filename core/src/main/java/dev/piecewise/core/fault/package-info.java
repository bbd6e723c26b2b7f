/** The one small family of unchecked faults; adapters translate into it at their edge. */
@NullMarked
package dev.piecewise.core.fault;

import org.jspecify.annotations.NullMarked;
