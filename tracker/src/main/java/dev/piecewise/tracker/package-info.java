/** The tracker process: the scheduler of all origin reads, and the only holder of origin credentials. */
@NullMarked
package dev.piecewise.tracker;

import org.jspecify.annotations.NullMarked;
