/** What a process that stays does before it is asked for anything: its own work once, with nobody else. */
@NullMarked
package dev.piecewise.client.rehearsal;

import org.jspecify.annotations.NullMarked;
