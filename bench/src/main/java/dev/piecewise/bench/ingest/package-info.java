/** What it costs to bring an object from S3 to a disk. */
@NullMarked
package dev.piecewise.bench.ingest;

import org.jspecify.annotations.NullMarked;
