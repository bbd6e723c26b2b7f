/** Swarms: who announced what, and who is handed out to whom (BEP 3, 7, 23, 48). */
@NullMarked
package dev.piecewise.tracker.announce;

import org.jspecify.annotations.NullMarked;
