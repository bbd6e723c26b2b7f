/** How long distributions took, how long they had to, and what held them up. Pure: no I/O, no clock. */
@NullMarked
package dev.piecewise.tracker.distribution;

import org.jspecify.annotations.NullMarked;
