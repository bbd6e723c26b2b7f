/** Which processes are there, and which pieces they hold. Pure: no I/O, no clock. */
@NullMarked
package dev.piecewise.tracker.node;

import org.jspecify.annotations.NullMarked;
