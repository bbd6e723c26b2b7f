/** What a tracker does before it is asked for anything: its own work once, with nobody else. */
@NullMarked
package dev.piecewise.tracker.rehearsal;

import org.jspecify.annotations.NullMarked;
