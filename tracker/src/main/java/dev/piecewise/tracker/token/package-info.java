/** Who may do what: tokens with roles, and the keys by which stock clients authenticate. */
@NullMarked
package dev.piecewise.tracker.token;

import org.jspecify.annotations.NullMarked;
