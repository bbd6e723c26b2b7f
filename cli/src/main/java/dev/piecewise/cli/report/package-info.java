/** A distribution's report for people. */
@NullMarked
package dev.piecewise.cli.report;

import org.jspecify.annotations.NullMarked;
