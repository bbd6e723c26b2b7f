/** Progress as text for people. */
@NullMarked
package dev.piecewise.cli.progress;

import org.jspecify.annotations.NullMarked;
