/** {@code piecewise demo}: all parts as real processes on one machine, and the proof that each byte left S3 once. */
@NullMarked
package dev.piecewise.cli.demo;

import org.jspecify.annotations.NullMarked;
