/** What whole-system tests are made of: processes, leak checks, awaited conditions, programs that may be missing. */
@NullMarked
package dev.piecewise.it.lab;

import org.jspecify.annotations.NullMarked;
