/** The HTTP face of the tracker: routes, bodies, errors. */
@NullMarked
package dev.piecewise.tracker.http;

import org.jspecify.annotations.NullMarked;
