/** Whole-system tests with real parts, and the rules that hold the modules apart. */
@NullMarked
package dev.piecewise.it;

import org.jspecify.annotations.NullMarked;
