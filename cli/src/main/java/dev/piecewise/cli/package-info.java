/** The command {@code piecewise}: options, messages, exit codes, progress. What it does lies in the other modules. */
@NullMarked
package dev.piecewise.cli;

import org.jspecify.annotations.NullMarked;
