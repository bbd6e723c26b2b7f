/** An S3 server inside the process, for the demo and for tests: real signatures, real ETags, and it counts what it sends. */
@NullMarked
package dev.piecewise.locals3;

import org.jspecify.annotations.NullMarked;
